import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { WEBHOOK_EVENTS } from '@agion/wire';
import { secretsOf, signatureOf, webhookSecret } from './webhook-signature.js';

const PLATFORM = 'a platform secret of more than thirty-two characters';
const webhook = { organizationId: 'o1', id: 'w1', secretGeneration: 1, previousSecretUntil: null };
const now = new Date('2026-01-02T00:00:00Z');

describe('the signature of a webhook', () => {
  it('is the one the text of Standard Webhooks has as its example', () => {
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const signature = signatureOf([secret], 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330, '{"test": 2432232314}');
    expect(signature).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it('is made once with each secret that counts', () => {
    expect(signatureOf(['whsec_YQ==', 'whsec_Yg=='], 'm', 1, '{}')).toMatch(/^v1,\S{44} v1,\S{44}$/);
  });
});

describe('the secret of a webhook', () => {
  it('has 32 bytes, and is another one for each webhook, organization, rotation and platform', () => {
    const secrets = [
      webhookSecret(PLATFORM, webhook),
      webhookSecret(PLATFORM, { ...webhook, id: 'w2' }),
      webhookSecret(PLATFORM, { ...webhook, organizationId: 'o2' }),
      webhookSecret(PLATFORM, { ...webhook, secretGeneration: 2 }),
      webhookSecret(PLATFORM.toUpperCase(), webhook),
    ];
    expect(new Set(secrets).size).toBe(5);
    for (const secret of secrets) expect(Buffer.from(secret.replace(/^whsec_/, ''), 'base64')).toHaveLength(32);
    expect(webhookSecret(PLATFORM, webhook)).toBe(secrets[0]);
  });

  it('counts beside the new one until its time is over', () => {
    const rotated = { ...webhook, secretGeneration: 2 };
    const before = webhookSecret(PLATFORM, webhook);
    const later = new Date(now.getTime() + 1);
    expect(secretsOf(PLATFORM, { ...rotated, previousSecretUntil: later }, now)).toContain(before);
    expect(secretsOf(PLATFORM, { ...rotated, previousSecretUntil: now }, now)).not.toContain(before);
    expect(secretsOf(PLATFORM, { ...rotated, previousSecretUntil: null }, now)).toHaveLength(1);
    expect(secretsOf(PLATFORM, { ...webhook, previousSecretUntil: later }, now)).toEqual([before]);
  });
});

describe('docs/webhooks.md', () => {
  it('lists every type of event, and none there is not', () => {
    const page = readFileSync(new URL('../../../../docs/webhooks.md', import.meta.url), 'utf8');
    const listed = [...page.matchAll(/^\| `([a-z_]+\.[a-z_]+)` +\|/gm)].map(([, type]) => type);
    expect(listed).toEqual(Object.keys(WEBHOOK_EVENTS));
  });
});
