import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { weaknessOf } from './secret-strength.js';

const SEED_PREFIX = '302e020100300506032b657004220420';
const keyOf = (seed: string): string => Buffer.from(SEED_PREFIX + seed, 'hex').toString('base64url');

describe('a secret', () => {
  it.each([
    ['changeme', 'as examples do'],
    ['super-secret-jwt-token-with-at-least-32-characters-long', 'as examples do'],
    ['your-super-secret-jwt-token-of-your-project', 'as examples do'],
    ['CHANGE_ME_CHANGE_ME_CHANGE_ME_CHANGE_ME', 'as examples do'],
    ['Xk29fLq0Zs71bVw', 'too short'],
    ['', 'too short'],
    ['x'.repeat(64), 'repeats itself'],
    ['k8Fz'.repeat(10), 'repeats itself'],
    ['abababababababababababababababababba', 'few different'],
    ['kQ0123456789abcdefghijklmnopqrstuvwxyz', 'counts up or down'],
    ['postgresql://agion:changeme@db:5432/agion', 'password that holds `changeme`'],
    ['postgresql://agion:agion@db:5432/agion', 'password that is too short'],
    ['redis://:aaaaaaaaaaaaaaaaaaaa@cache', 'password that repeats itself'],
    ['rediss+sentinel://platform:hunter2hunter2@a:1,b:2/primary', 'password that repeats itself'],
    ['redis://p:change%6De@cache', 'password that holds `changeme`'],
    [keyOf('00'.repeat(32)), 'few different bytes'],
    [keyOf('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60'), 'RFC 8032 prints'],
  ])('%s is told to be weak', (secret, why) => {
    expect(weaknessOf(secret)).toContain(why);
  });

  it('made at random is not', () => {
    fc.assert(
      fc.property(fc.constantFrom('base64url', 'hex', 'base64') as fc.Arbitrary<BufferEncoding>, (form) => {
        expect(weaknessOf(randomBytes(32).toString(form))).toBeUndefined();
      }),
      { numRuns: 1_000 },
    );
    const { privateKey } = generateKeyPairSync('ed25519');
    expect(weaknessOf(privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64url'))).toBeUndefined();
  });

  it('within an address is its password, and an address needs none', () => {
    expect(weaknessOf('redis://127.0.0.1:6379')).toBeUndefined();
    expect(weaknessOf('postgresql://agion@db/agion?sslmode=verify-full')).toBeUndefined();
    expect(weaknessOf(`postgresql://agion:${randomBytes(16).toString('hex')}@db/agion`)).toBeUndefined();
  });
});
