import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { loadSettings, type Environment } from './load-settings.js';
import { ownSettings } from './own-settings.js';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const folder = mkdtempSync(path.join(tmpdir(), 'agion-settings-'));
const keysFile = path.join(folder, 'keys');
writeFileSync(
  keysFile,
  JSON.stringify({ gateway: publicKey.export({ type: 'spki', format: 'der' }).toString('base64url') }),
);
const env: Environment = {
  REDIS_URL: 'redis://127.0.0.1:6379',
  AGION_SERVICE_KEY: privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64url'),
  AGION_SERVICE_KEYS_FILE: keysFile,
};
const load = (extra: Environment): InstanceType<ReturnType<typeof ownSettings>> =>
  loadSettings('gateway', ownSettings('gateway'), { ...env, ...extra });

afterAll(() => rmSync(folder, { recursive: true }));

describe('settings of every service', () => {
  it('take the public keys of all services from a file, where containers get them', () => {
    expect([...load({}).serviceKeys.keys()]).toEqual(['gateway']);
  });

  it('serve metrics on loopback unless told, and in development nowhere else', () => {
    expect(load({}).metricsBind).toBe('127.0.0.1');
    expect(load({ METRICS_BIND: '0.0.0.0' }).metricsBind).toBe('0.0.0.0');
    expect(() => load({ AGION_MODE: 'development', METRICS_BIND: '0.0.0.0' })).toThrow(
      'METRICS_BIND must be a loopback',
    );
  });

  it('list hosts that may be called, and say when the list cannot be read', () => {
    const listed = load({
      AGION_OUTGOING_ALLOW_HOSTS: 'llm.internal:11434, [::1]',
      AGION_OUTGOING_DENY_CIDRS: '203.0.113.0/24',
    });
    expect(listed.outgoingAllowHosts).toEqual([{ host: 'llm.internal', port: 11_434 }, { host: '[::1]' }]);
    expect(listed.outgoingDenyCidrs).toHaveLength(1);
    expect(load({}).outgoingAllowHosts).toBeUndefined();
    expect(() => load({ AGION_OUTGOING_ALLOW_HOSTS: 'http://a.test' })).toThrow(
      /AGION_OUTGOING_ALLOW_HOSTS must be a list/,
    );
    expect(() => load({ AGION_OUTGOING_DENY_CIDRS: '10.0.0.1' })).toThrow(/AGION_OUTGOING_DENY_CIDRS must be a list/);
  });
});
