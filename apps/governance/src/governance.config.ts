import { IsArray, IsInt, Max, Min, ValidateBy } from 'class-validator';
import { Transform } from 'class-transformer';
import { IsPrivateKey, listSetting, ownSettingsWithDatabase, Setting, StreamSecret } from '@agion/service-kit';
import { ledgerKey } from './ledger/ledger-cipher.js';

const IsLedgerKey = (options: { each?: boolean } = {}): PropertyDecorator =>
  ValidateBy(
    {
      name: 'isLedgerKey',
      validator: {
        validate: (value): boolean => typeof value === 'string' && ledgerKey(value) !== null,
        defaultMessage: (): string => 'must be set to 32 bytes in base64: `openssl rand -base64 32`',
      },
    },
    options,
  );

/** What the governance service is told by its environment. */
export class GovernanceSettings extends ownSettingsWithDatabase('governance') {
  // Required: no client believes an unsigned bundle, and finding that out at the start is better than from the first agent.
  @Setting('AGION_BUNDLE_KEY', {
    about:
      'Ed25519 private key (PKCS8 DER, base64url) that signs policy bundles. The gateway publishes its public half at /.well-known/agion-keys.',
    secret: true,
  })
  @IsPrivateKey()
  bundleKey!: string;

  @Setting('AGION_LEDGER_KEY', {
    about:
      'Key that contexts and arguments of decisions are encrypted with while they are kept: 32 bytes in base64, as `openssl rand -base64 32` prints them.',
    secret: true,
  })
  @IsLedgerKey()
  ledgerKey!: string;

  @Setting('AGION_LEDGER_KEYS_PREVIOUS', {
    about:
      'Keys before that one, separated by commas: what they encrypted stays readable. Needed for 14 days after a change of the key.',
    secret: true,
  })
  @Transform(listSetting((key) => key))
  @IsArray()
  @IsLedgerKey({ each: true })
  ledgerKeysPrevious: readonly string[] = [];

  @StreamSecret()
  streamSecret!: string;

  @Setting('GOVERNANCE_STREAM_HIGH_WATER', {
    about:
      'Entries a stream may be behind before POST /api/v1/events answers 503; from half of it on, a caller gets no more than its share (429).',
  })
  @IsInt()
  @Min(10)
  @Max(100_000_000)
  streamHighWater = 100_000;

  @Setting('TRUST_RETENTION_DAYS', {
    about:
      'Days trust events stay in the database until `agion trust archive` takes them out. Governance lets none go; it tells of those that nobody has archived.',
  })
  @IsInt()
  @Min(220)
  @Max(3_650)
  trustRetentionDays = 400;

  @Setting('WEBHOOK_TIMEOUT_MS', { about: 'Longest time a receiver of webhooks may take to answer, in milliseconds.' })
  @IsInt()
  @Min(100)
  @Max(30_000)
  webhookTimeoutMs = 10_000;

  @Setting('WEBHOOK_FIRST_RETRY_MS', {
    about:
      'Time until a webhook delivery is tried again for the first time, in milliseconds. Each further wait is four times longer, up to eight hours.',
  })
  @IsInt()
  @Min(50)
  @Max(3_600_000)
  webhookFirstRetryMs = 5_000;

  @Setting('WEBHOOK_DISABLE_AFTER_DAYS', {
    about: 'Days after which a webhook is switched off when every delivery has failed.',
  })
  @IsInt()
  @Min(1)
  @Max(365)
  webhookDisableAfterDays = 5;
}
