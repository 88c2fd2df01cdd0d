import { IsPrivateKey, ownSettingsWithDatabase, Setting, StreamSecret } from '@agion/service-kit';

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

  @StreamSecret()
  streamSecret!: string;
}
