import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SERVICES } from '@agion/wire';
import { afterAll, describe, expect, it } from '@jest/globals';
import { loadSettings, type Environment } from './load-settings.js';
import { ownSettings } from './own-settings.js';
import { StreamSecret } from './stream-secret.js';

const pairs = SERVICES.map((service) => [service, generateKeyPairSync('ed25519')] as const);
const publicText = ({ publicKey }: { publicKey: KeyObject }): string =>
  publicKey.export({ type: 'spki', format: 'der' }).toString('base64url');
const privateText = ({ privateKey }: { privateKey: KeyObject }): string =>
  privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64url');
const publicKeys = Object.fromEntries(pairs.map(([service, pair]) => [service, publicText(pair)]));
const [[, own], [, another]] = pairs as [(typeof pairs)[number], (typeof pairs)[number]];
const folder = mkdtempSync(path.join(tmpdir(), 'agion-settings-'));
const keysFile = path.join(folder, 'keys');
writeFileSync(keysFile, JSON.stringify(publicKeys));
const env: Environment = {
  REDIS_URL: 'redis://127.0.0.1:6379',
  AGION_SERVICE_KEY: privateText(own),
  AGION_SERVICE_KEYS_FILE: keysFile,
};
const load = (extra: Environment): InstanceType<ReturnType<typeof ownSettings>> =>
  loadSettings('gateway', ownSettings('gateway'), { ...env, ...extra });

afterAll(() => rmSync(folder, { recursive: true }));

describe('settings of every service', () => {
  it('take the public keys of all services from a file, where containers get them', () => {
    expect([...load({}).serviceKeys.keys()]).toEqual([...SERVICES]);
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

describe('production does not start', () => {
  const withKeys = (keys: Record<string, string>): Environment => ({
    AGION_SERVICE_KEYS: JSON.stringify(keys),
    AGION_SERVICE_KEYS_FILE: '',
  });

  it('with a password anybody would guess, and development does', () => {
    const weak = { REDIS_URL: 'redis://platform:changeme@cache:6379' };
    expect(() => load(weak)).toThrow('REDIS_URL has a password that holds `changeme`, as examples do: give that login');
    expect(load({ ...weak, AGION_MODE: 'development' }).mode).toBe('development');
  });

  it('with a key that is another service’s too, that is missing, or that is not its own', () => {
    expect(() => load(withKeys({ ...publicKeys, registry: publicText(own) }))).toThrow(
      'AGION_SERVICE_KEYS gives gateway and registry the same key',
    );
    const { execution: _, ...incomplete } = publicKeys;
    expect(() => load(withKeys(incomplete))).toThrow('AGION_SERVICE_KEYS lacks the public key of execution');
    expect(() => load({ AGION_SERVICE_KEY: privateText(another) })).toThrow(
      'AGION_SERVICE_KEYS lists another key for gateway than it signs with',
    );
  });

  it('with one secret for two purposes', () => {
    class Settings extends ownSettings('gateway') {
      @StreamSecret()
      streamSecret!: string;
    }
    const load = (): unknown =>
      loadSettings('gateway', Settings, { ...env, AGION_STREAM_SECRET: env.AGION_SERVICE_KEY });
    expect(load).toThrow('AGION_SERVICE_KEY and AGION_STREAM_SECRET are the same secret: give each one of its own');
  });
});
