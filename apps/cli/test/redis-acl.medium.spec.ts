import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connected, createRedis, type RedisConnection } from '@agion/messaging';
import { hasRedisServer, startRedis, type TestRedis } from '@agion/testing';
import { CHANNELS, channelKey, keys, replyStreamKey, streamKey, STREAMS } from '@agion/wire';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AGENT_NAMES } from '../../../scripts/secrets/redis-acl.mjs';
import { agion } from './command.js';

const suite = hasRedisServer() ? describe : describe.skip;

interface Shown {
  agent_id: string | null;
  user: string;
  rules: string;
  password: string;
  redis_url: string;
}

const WRITTEN = [
  STREAMS.governanceRequests,
  STREAMS.executionReports,
  STREAMS.decisions,
  STREAMS.trust,
  STREAMS.feedback,
  STREAMS.missions,
];

test('the names agents are let use are those of the wire', () => {
  expect(AGENT_NAMES.written.toSorted()).toEqual(WRITTEN.toSorted());
  expect(AGENT_NAMES.responses).toBe(STREAMS.governanceResponses);
  expect(AGENT_NAMES.channels.toSorted()).toEqual(Object.values(CHANNELS).toSorted());
});

suite('the Redis user of an agent', () => {
  let server: TestRedis;
  let admin: RedisConnection;
  let shown: Shown[];
  const open: RedisConnection[] = [];
  const connectAs = async (url: string, role: 'command' | 'pubsub' = 'command'): Promise<RedisConnection> => {
    const redis = createRedis({ url, role, name: 'agent' });
    open.push(redis);
    await connected(redis);
    return redis;
  };
  const of = (agentId: string): Shown => shown.find((each) => each.agent_id === agentId) as Shown;

  beforeAll(async () => {
    server = await startRedis();
    admin = await connectAs(server.url);
    const args = ['--organization', 'acme', '--agent', 'support:triage', 'support2:other', '--apply', '--json'];
    const { status, out, err } = await agion(['redis-acl', ...args, '--redis-url', server.url]);
    expect(status).toBe(0);
    expect(err).toContain('no ACL file');
    shown = JSON.parse(out) as Shown[];
  });
  afterAll(async () => {
    for (const redis of open) redis.disconnect();
    await server.stop();
  });

  test('does everything an SDK does', async () => {
    const redis = await connectAs(of('support:triage').redis_url);
    const hears = await connectAs(of('support:triage').redis_url, 'pubsub');
    for (const stream of WRITTEN)
      expect(await redis.call('XADD', streamKey('acme', stream), '*', 'a', 'b')).toBeTruthy();
    await admin.set(keys.trustScore('acme', 'support:triage'), '0.7');
    await admin.set(keys.agentPolicies('acme', 'support:triage'), '{}');
    const own = [replyStreamKey('acme', 'support'), replyStreamKey('acme', 'support', 'host-1')];
    for (const stream of ['org:acme:governance:responses', ...own]) {
      await admin.xadd(stream, '*', 'decision', 'allow');
      expect(await redis.xread('COUNT', 1, 'BLOCK', 10, 'STREAMS', stream, '0')).toHaveLength(1);
    }
    expect(await redis.get(keys.trustScore('acme', 'support:triage'))).toBe('0.7');
    expect(
      await redis.mget(keys.trustScore('acme', 'support:triage'), keys.agentPolicies('acme', 'support:triage')),
    ).toEqual(['0.7', '{}']);
    const channels = Object.values(CHANNELS).map((channel) => channelKey('acme', channel));
    expect(await hears.subscribe(...channels)).toBe(channels.length);
    expect(await hears.unsubscribe(...channels)).toBe(0);
    expect(await redis.ping()).toBe('PONG');
  });

  const own = 'org:acme:agion:events:trust';
  test.each<[string, string, ...string[]]>([
    ['run a script', 'EVAL', 'return 1', '0'],
    ['load a function', 'FUNCTION', 'LIST'],
    ['list keys', 'KEYS', '*'],
    ['scan keys', 'SCAN', '0'],
    ['read settings', 'CONFIG', 'GET', '*'],
    ['change users', 'ACL', 'SETUSER', 'me', 'on', '+@all'],
    ['list users', 'ACL', 'LIST'],
    ['watch others', 'MONITOR'],
    ['list connections', 'CLIENT', 'LIST'],
    ['cut connections', 'CLIENT', 'KILL', 'TYPE', 'normal'],
    ['wipe everything', 'FLUSHALL'],
    ['stop the server', 'SHUTDOWN', 'NOSAVE'],
    ['make it a replica', 'REPLICAOF', 'NO', 'ONE'],
    ['delete a stream it writes to', 'DEL', own],
    ['delete entries', 'XDEL', own, '0-1'],
    ['trim by command', 'XTRIM', own, 'MAXLEN', '0'],
    ['read what agents write', 'XREAD', 'COUNT', '1', 'STREAMS', own, '0'],
    ['read ranges', 'XRANGE', 'org:acme:governance:responses', '-', '+'],
    ['make a consumer group', 'XGROUP', 'CREATE', own, 'mine', '0'],
    ['forge an answer', 'XADD', 'org:acme:governance:responses', '*', 'a', 'b'],
    ['forge the audit trail', 'XADD', 'org:acme:agion:events:audit', '*', 'a', 'b'],
    ['write to another organization', 'XADD', 'agion:events:trust', '*', 'a', 'b'],
    ['read answers to another container', 'XREAD', 'STREAMS', 'org:acme:governance:responses:support2', '0'],
    ['read another’s policies', 'GET', 'org:acme:agent:support2:other:policies'],
    ['read another organization’s keys', 'GET', 'agent:support:triage:trust_score'],
    ['set its own score', 'SET', 'org:acme:agent:support:triage:trust_score', '1'],
    ['announce a policy', 'PUBLISH', 'org:acme:agion:policy:updates', '{}'],
  ])('may not %s', async (_, command, ...args) => {
    const redis = await connectAs(of('support:triage').redis_url);
    await expect(redis.call(command, ...args)).rejects.toThrow('NOPERM');
  });

  test('hears no other organization, and no pattern', async () => {
    const hears = await connectAs(of('support:triage').redis_url, 'pubsub');
    await expect(hears.subscribe('agion:control')).rejects.toThrow('NOPERM');
    await expect(hears.psubscribe('*')).rejects.toThrow('NOPERM');
  });

  test('has a password that the server cannot tell, and a new one each time', async () => {
    const { user, password, rules } = of('support2:other');
    expect(user).toBe('org:acme:agent:support2:other');
    expect(JSON.stringify(await admin.call('ACL', 'LIST'))).not.toContain(password);
    expect(rules).not.toContain(password);
    const again = JSON.parse((await agion(['redis-acl', '--agent', 'support2:other', '--json'])).out) as Shown[];
    expect(again[0]?.password).not.toBe(password);
  });

  test('is removed with its connections when the agent goes, and nobody else is', async () => {
    const at = ['-o', 'acme', '--apply', '--redis-url', server.url];
    const made = JSON.parse((await agion(['redis-acl', '-a', 'gone:one', ...at, '--json'])).out) as Shown[];
    const url = made[0]?.redis_url ?? '';
    const redis = await connectAs(url);
    expect(await redis.ping()).toBe('PONG');
    const remove = ['-o', 'acme', '--remove', '--redis-url', server.url];
    const removed = await agion(['redis-acl', '-a', 'gone:one', 'never:made', ...remove]);
    expect(removed).toMatchObject({ status: 0, out: 'removed org:acme:agent:gone:one\n' });
    expect(removed.err).toContain('there is no user `org:acme:agent:never:made`');
    await expect(connectAs(url)).rejects.toThrow('WRONGPASS');
    await expect(redis.ping()).rejects.toThrow();
    expect(await (await connectAs(of('support:triage').redis_url)).ping()).toBe('PONG');
  });

  test('outlives the server where that keeps an ACL file', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'agion-acl-'));
    const file = path.join(folder, 'users.acl');
    writeFileSync(file, '');
    const keeping = await startRedis({ options: ['--aclfile', file] });
    const printed = await agion(['redis-acl', '-a', 'support:triage', '--apply', '--redis-url', keeping.url]);
    await keeping.stop();
    expect(printed).toMatchObject({ status: 0, err: expect.not.stringContaining('no ACL file') });
    expect(readFileSync(file, 'utf8')).toContain('user agent:support:triage on ');
    rmSync(folder, { recursive: true });
  });

  test('loses what it had before when it is made again', async () => {
    const { user } = of('support2:other');
    await admin.call('ACL', 'SETUSER', user, '+@all', 'allkeys', '>an-old-password-of-some-length');
    const args = ['-o', 'acme', '-a', 'support2:other', '--apply', '--redis-url', server.url];
    const { out, err, status } = await agion(['redis-acl', ...args]);
    expect(status).toBe(0);
    expect(out).toMatch(/^user org:acme:agent:support2:other reset on #[0-9a-f]{64} resetchannels %W~/);
    const url = /AGION_REDIS_URL=(\S+)/.exec(err)?.[1] ?? '';
    const redis = await connectAs(url);
    await expect(redis.call('KEYS', '*')).rejects.toThrow('NOPERM');
    const old = url.replace(/:[^:@]+@/, ':an-old-password-of-some-length@');
    await expect(connectAs(old)).rejects.toThrow('WRONGPASS');
  });
});

test('what is no agent and no organization makes no user', async () => {
  const wrong = [
    ['--remove'],
    ['--remove', '--apply', '--redis-url', 'redis://cache'],
    ['-a', 'support:*'],
    ['-a', 'a b'],
    ['-o', 'acme:x'],
    ['--apply'],
    ['--redis-url', 'http://cache'],
  ];
  for (const args of wrong) expect(await agion(['redis-acl', ...args])).toMatchObject({ status: 1, out: '' });
  expect((await agion(['redis-acl', '--help'])).out).toContain('They do not prove who wrote an entry');
});
