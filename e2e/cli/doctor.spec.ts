import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connected, createRedis } from '@agion/messaging';
import { asTableOwner, eventually } from '@agion/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { agion, type Printed } from '../../apps/cli/test/command.js';
import { type Platform, startPlatform } from '../platform.js';

interface Finding {
  group: string;
  name: string;
  status: 'ok' | 'warning' | 'failed' | 'skipped';
  detail: string;
  hint?: string;
}

let platform: Platform;
let token: string;
const folder = mkdtempSync(path.join(tmpdir(), 'agion-doctor-'));
beforeAll(async () => {
  platform = await startPlatform({ mode: 'production' });
  const { body } = await platform.call('POST', '/api/v1/agents/register', {
    token: await platform.person('operator'),
    body: { agent_id: 'support:triage', name: 'Triage' },
  });
  token = (body as { token: string }).token;
  await asTableOwner(platform.database, (client) => client.query("SELECT governance.add_trust_month('2024-05-01')"));
}, 120_000);
afterAll(async () => {
  await platform?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The settings of an operator's shell, and those of an agent. */
const doctor = (env: Record<string, string> = {}, ...args: string[]): Promise<Printed> =>
  agion(['doctor', ...args], {
    ...platform.env,
    AGION_DATA_DIR: folder,
    AGION_GATEWAY_URL: platform.url,
    AGION_TOKEN: token,
    AGION_REDIS_URL: platform.redis.url,
    ...env,
  });
async function findings(env: Record<string, string> = {}): Promise<{ status: number; of: (name: string) => Finding }> {
  const { status, out } = await doctor(env, '--json');
  const report = JSON.parse(out) as { ok: boolean; findings: Finding[] };
  expect(report.ok).toBe(status === 0);
  return { status, of: (name) => report.findings.find((each) => `${each.group}: ${each.name}` === name) as Finding };
}

/** What `CONFIG SET` is to be undone. */
async function setPolicy(policy: string): Promise<void> {
  const redis = createRedis({ url: platform.redis.url, role: 'command', name: 'test' });
  await connected(redis);
  await redis.config('SET', 'maxmemory-policy', policy);
  redis.disconnect();
}

describe('agion doctor', () => {
  test('finds nothing that fails on a platform that is well, and says what it looked at', async () => {
    // A machine under load may take a service for late.
    const { out } = await eventually(
      async () => {
        const printed = await doctor();
        expect(printed.out).not.toContain('✗ ');
        expect(printed.status).toBe(0);
        return printed;
      },
      { timeoutMs: 30_000, intervalMs: 500 },
    );
    for (const line of [
      /✓ node +24/,
      /✓ secrets +SUPABASE_JWT_SECRET, AGION_STREAM_SECRET, .*: none is easy to guess/,
      /✓ version +1[5-9]/,
      /✓ migrations +\d+, the newest/,
      /✓ clock +\d+\.\d+ s/,
      /! append-only file +acknowledged, not seen: redis keeps no append-only file/,
      /! redis durability +acknowledged by its operator, not seen by coordination, execution, gateway, governance, registry/,
      /! old trust events +months that wait for their archive: 1, the oldest is 2024-05/,
      /✓ eviction +none/,
      /✓ registry +healthy and ready/,
      /✓ gateway +healthy and ready/,
      /✓ token +valid/,
      /! redis user +it may run scripts/,
      /→ make one for agents: `agion redis-acl`/,
    ])
      expect(out).toMatch(line);
    for (const secret of [platform.env.AGION_STREAM_SECRET, token]) expect(out).not.toContain(secret);
  }, 60_000);

  test('names each thing that would not hold in production, with a hint, and ends with 1', async () => {
    await setPolicy('allkeys-lru');
    const { status, of } = await findings({
      AGION_REDIS_DURABILITY: '',
      AGION_STREAM_SECRET: 'changeme-changeme-changeme-changeme',
      AGION_TOKEN: token.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
    });
    await setPolicy('noeviction');
    expect(status).toBe(1);
    expect(of('Redis: eviction')).toMatchObject({ status: 'failed', hint: expect.stringContaining('noeviction') });
    expect(of('Redis: append-only file')).toMatchObject({ status: 'failed', hint: expect.stringContaining('yes') });
    expect(of('This machine: secrets')).toMatchObject({
      status: 'failed',
      detail: 'AGION_STREAM_SECRET holds `changeme`, as examples do',
      hint: 'make one with `openssl rand -base64 32`',
    });
    expect(of('An agent here: token')).toMatchObject({ status: 'failed', detail: 'it is not valid' });
  }, 30_000);

  test('names a migration that is missing, and servers that do not answer', async () => {
    await asTableOwner(platform.database, (client) =>
      client.query(
        'DELETE FROM _prisma_migrations WHERE migration_name = (SELECT max(migration_name) FROM _prisma_migrations)',
      ),
    );
    expect((await findings()).of('Postgres: migrations')).toMatchObject({
      status: 'failed',
      hint: 'run `npm run db:migrate`',
    });
    const { status, of } = await findings({
      DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none',
      REDIS_URL: 'redis://127.0.0.1:1',
      AGION_REDIS_URL: 'redis://127.0.0.1:1',
    });
    expect(status).toBe(1);
    expect(of('Postgres: reached').status).toBe('failed');
    expect(of('Redis: redis').detail).toContain('127.0.0.1:1');
    expect(of('An agent here: redis').status).toBe('failed');
  }, 60_000);

  test('names the service that has stopped', async () => {
    await platform.services.get('coordination')?.close();
    // The gateway remembers for a moment that it answered.
    await eventually(
      async () => {
        const { status, of } = await findings();
        expect(of('Services: coordination')).toMatchObject({
          status: 'failed',
          hint: 'look at the log of coordination',
        });
        expect(status).toBe(1);
      },
      { timeoutMs: 20_000, intervalMs: 500 },
    );
  }, 30_000);

  test('takes the platform that runs here from dev.json, and judges it by the rules of development', async () => {
    const { DATABASE_URL: database_url, REDIS_URL: redis_url } = platform.env;
    const content = { gateway_url: platform.url, redis_url, database_url, admin_token: token };
    writeFileSync(path.join(folder, 'dev.json'), JSON.stringify(content));
    const { out } = await agion(['doctor', '--json'], { AGION_DATA_DIR: folder });
    const all = (JSON.parse(out) as { findings: Finding[] }).findings;
    const of = (group: string, name: string): Finding =>
      all.find((each) => each.group === group && each.name === name) as Finding;
    expect(of('This machine', 'platform').detail).toContain('development, known from');
    expect(of('Redis', 'append-only file').status).toBe('warning');
    expect(of('An agent here', 'token').status).toBe('ok');
  }, 30_000);
});
