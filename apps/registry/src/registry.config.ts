import { ownSettingsWithDatabase, StreamSecret } from '@agion/service-kit';

/** What the registry needs to run. */
export class RegistrySettings extends ownSettingsWithDatabase('registry') {
  @StreamSecret()
  streamSecret!: string;
}
