import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { inCheckout } from '../setup/checkout.mjs';

const folder = mkdtempSync(path.join(tmpdir(), 'agion-secrets-'));
const generate = async (...args: string[]): Promise<string> => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    inCheckout('scripts', 'generate-secrets.mjs'),
    ...args,
  ]);
  return stdout;
};
const files = (): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
const read = (holder: string, name: string): string => readFileSync(path.join(folder, holder, name), 'utf8');

let first: string;
beforeAll(async () => {
  first = await generate('folders', folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the secrets of an installation', () => {
  it('are files that only their owner may read', () => {
    expect(files().length).toBeGreaterThan(30);
    expect(files().filter((file) => (statSync(file).mode & 0o777) !== 0o600)).toEqual([]);
  });

  it('are not printed while they are made, and one by one when asked for', async () => {
    expect(first).not.toMatch(/[A-Za-z0-9_-]{30}/);
    expect(await generate('show', folder, 'gateway', 'REDIS_URL')).toBe(`${read('gateway', 'REDIS_URL')}\n`);
    await expect(generate('show', folder, 'gateway', 'DATABASE_URL')).rejects.toThrow(
      'there is no secret `DATABASE_URL`',
    );
  });

  it('stay the same when they are made again', async () => {
    const before = files().map((file) => readFileSync(file, 'utf8'));
    await generate('folders', folder);
    expect(files().map((file) => readFileSync(file, 'utf8'))).toEqual(before);
  });

  it('give each service its own key and login and nobody else’s', () => {
    expect(readdirSync(path.join(folder, 'registry')).sort()).toEqual([
      'AGION_SERVICE_KEYS',
      'AGION_STREAM_SECRET',
      'REDIS_URL',
      'REGISTRY_DATABASE_URL',
      'REGISTRY_SERVICE_KEY',
    ]);
    const logins = ['registry', 'coordination', 'governance', 'execution'].map(
      (service) => new URL(read(service, `${service.toUpperCase()}_DATABASE_URL`)),
    );
    expect(logins.map(({ username }) => username)).toEqual([
      'agion_registry_app',
      'agion_coordination_app',
      'agion_governance_app',
      'agion_execution_app',
    ]);
    expect(new Set(logins.map(({ password }) => password)).size).toBe(4);
    expect(readdirSync(path.join(folder, 'gateway'))).not.toContain('DATABASE_URL');
  });

  it('let Redis know hashes of passwords only', () => {
    const users = read('redis', 'users.acl');
    for (const url of [read('gateway', 'REDIS_URL'), read('agent', 'AGION_REDIS_URL')])
      expect(users).not.toContain(new URL(url).password);
    expect(users).toMatch(/^user default off /);
  });
});

interface Objects {
  items: { kind: string; metadata: { name: string; namespace: string }; stringData: Record<string, string> }[];
}

describe('the same as objects of Kubernetes', () => {
  const objects = async (...args: string[]): Promise<Objects['items']> =>
    (JSON.parse(await generate('kubernetes', ...args)) as Objects).items;
  const secure = ['--database-url', 'postgresql://agion:o@db.example.com/agion?sslmode=verify-full'];

  it('are fresh each time', async () => {
    const [one, other] = await Promise.all([objects(), objects()]);
    const values = (items: Objects['items']): string[] => items.flatMap(({ stringData }) => Object.values(stringData));
    const again = new Set(values(other));
    expect(values(one).filter((value) => again.has(value))).toEqual([]);
  });

  it('send agents to Redis by a name that holds in their namespace', async () => {
    const agent = (await objects()).find(({ metadata }) => metadata.name === 'agion-agent');
    expect(agent?.metadata.namespace).toBe('agion-agents');
    expect(new URL(agent?.stringData.AGION_REDIS_URL ?? '').hostname).toBe('redis.agion');
  });

  it('keep what encrypts a connection elsewhere, in every login', async () => {
    const items = await objects(...secure, '--redis-url', 'rediss://platform:p@redis.example.com:6380');
    const names = items.map(({ metadata }) => metadata.name);
    expect(names).toEqual(
      ['gateway', 'registry', 'coordination', 'governance', 'execution', 'migrate'].map((one) => `agion-${one}`),
    );
    const urls = items
      .flatMap(({ stringData }) => Object.values(stringData))
      .filter((value) => value.startsWith('postgresql:'));
    expect(urls).toHaveLength(9);
    expect(urls.filter((url) => !url.endsWith('@db.example.com/agion?sslmode=verify-full'))).toEqual([]);
  });

  it('take the address of Sentinels as it is', async () => {
    const redis = 'rediss+sentinel://platform:p@s1.example.com,s2.example.com:26380/main';
    const items = await objects(...secure, '--redis-url', redis);
    expect(items.map(({ stringData }) => stringData.REDIS_URL).filter(Boolean)).toEqual(Array(5).fill(redis));
  });

  it.each([
    ['a database without TLS', 'postgresql://agion:o@db.example.com/agion', 'rediss://p:p@redis.example.com'],
    ['a Redis without TLS', secure[1], 'redis://p:p@redis.example.com'],
    ['a Redis without a password', secure[1], 'rediss://redis.example.com'],
  ])('refuse %s', async (_, database = '', redis) => {
    await expect(objects('--database-url', database, '--redis-url', redis)).rejects.toThrow('must be');
  });
});
