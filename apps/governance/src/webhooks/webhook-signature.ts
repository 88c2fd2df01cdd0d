import { createHmac } from 'node:crypto';
import canonicalize from 'canonicalize';

/** Which secrets a webhook's deliveries are signed with. */
export interface SecretState {
  organizationId: string;
  id: string;
  secretGeneration: number;
  previousSecretUntil: Date | null;
}

const PREFIX = 'whsec_';

/**
 * The secret of a webhook (Standard Webhooks: `whsec_` and base64). It is derived from a secret of the platform and stored nowhere, so
 * that a copy of the database holds none.
 */
export function webhookSecret(
  platformSecret: string,
  { organizationId, id, secretGeneration }: Omit<SecretState, 'previousSecretUntil'>,
): string {
  const subject = { webhook_id: id, organization_id: organizationId, generation: secretGeneration };
  return (
    PREFIX +
    createHmac('sha256', platformSecret)
      .update(canonicalize(subject) ?? '')
      .digest('base64')
  );
}

/** The secrets that sign now: after a rotation the one before as well, for as long as it counts. */
export function secretsOf(platformSecret: string, webhook: SecretState, now: Date): string[] {
  const { secretGeneration, previousSecretUntil } = webhook;
  const own = webhookSecret(platformSecret, webhook);
  if (secretGeneration < 2 || previousSecretUntil === null || now >= previousSecretUntil) return [own];
  return [own, webhookSecret(platformSecret, { ...webhook, secretGeneration: secretGeneration - 1 })];
}

/** What is signed: HMAC-SHA-256 over `id.timestamp.body`, once for each secret, in the header's form. */
export function signatureOf(secrets: readonly string[], id: string, timestamp: number, body: string): string {
  return secrets
    .map((secret) => {
      const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
      return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
    })
    .join(' ');
}
