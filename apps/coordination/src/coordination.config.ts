import { ownSettingsWithDatabase, StreamSecret } from '@agion/service-kit';

/** What the coordination service is told by its environment. */
export class CoordinationSettings extends ownSettingsWithDatabase('coordination') {
  @StreamSecret()
  streamSecret!: string;
}
