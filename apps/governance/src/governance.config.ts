import { ownSettingsWithDatabase } from '@agion/service-kit';

/** What the governance service is told by its environment. */
export class GovernanceSettings extends ownSettingsWithDatabase('governance') {}
