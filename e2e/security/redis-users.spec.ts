import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { connected, createRedis, type RedisConnection } from '@agion/messaging';
import { hasRedisServer, startRedis, type TestRedis } from '@agion/testing';
import {
  CHANNELS,
  channelKey,
  deadLetterKey,
  feedKey,
  keys,
  redisPrefix,
  replyStreamKey,
  streamKey,
  STREAMS,
} from '@agion/wire';
import { agion } from '../../apps/cli/test/command.js';
import { openRisk } from './risk.js';

/** Agents with Redis users of their own, as `agion redis-acl` makes them: the names of another organization are out of their reach. */
const ORGANIZATIONS = ['mine', 'theirs', 'default'] as const;
type Slug = (typeof ORGANIZATIONS)[number];
const AGENT = 'crew:worker';

const suite = hasRedisServer() ? test : test.skip; // what stands in for it has no users

interface User {
  slug: Slug;
  /** One agent's, or the one for all agents of the organization. */
  kind: string;
  command: RedisConnection;
  listening: RedisConnection;
}

let server: TestRedis;
const open: RedisConnection[] = [];
const users: User[] = [];

/** Every name an organization has, by what it is. */
const namesOf = (slug: string): { streams: string[]; values: string[]; channels: string[] } => {
  const streams = Object.values(STREAMS).map((stream) => streamKey(slug, stream));
  const feeds = [feedKey.runEvents(slug, 'r'), feedKey.missionMessages(slug, 'm'), feedKey.realtime(slug, 't')];
  const replies = [replyStreamKey(slug, 'crew'), replyStreamKey(slug, 'crew', 'host-1')];
  return {
    streams: [...streams, ...feeds, ...replies, ...streams.map(deadLetterKey)],
    values: [
      keys.trustScore(slug, AGENT),
      keys.agentPolicies(slug, AGENT),
      keys.heartbeat(slug, AGENT),
      keys.policyReaders(slug),
      keys.policyReadersState(slug),
      `${keys.rateLimit(slug)}:user:ada`,
    ],
    channels: [...Object.values(CHANNELS).map((channel) => channelKey(slug, channel)), ...feeds],
  };
};

/** What somebody would do to a name that is not his. */
const WITH_STREAM: ((key: string) => string[])[] = [
  (key) => ['XADD', key, '*', 'a', 'b'],
  (key) => ['XREAD', 'COUNT', '1', 'STREAMS', key, '0'],
  (key) => ['XRANGE', key, '-', '+'],
  (key) => ['XLEN', key],
  (key) => ['XTRIM', key, 'MAXLEN', '0'],
  (key) => ['XGROUP', 'CREATE', key, 'mine', '0'],
  (key) => ['DEL', key],
];
const WITH_VALUE: ((key: string) => string[])[] = [
  (key) => ['GET', key],
  (key) => ['MGET', key],
  (key) => ['SET', key, '1'],
  (key) => ['DUMP', key],
  (key) => ['EXISTS', key],
  (key) => ['EXPIRE', key, '1'],
  (key) => ['COPY', key, `${key}:copy`],
  (key) => ['DEL', key],
];

async function connect(url: string, role: 'command' | 'pubsub' = 'command'): Promise<RedisConnection> {
  const redis = createRedis({ url, role, name: 'agent' });
  open.push(redis);
  await connected(redis);
  return redis;
}

beforeAll(async () => {
  if (!hasRedisServer()) return;
  server = await startRedis();
  for (const slug of ORGANIZATIONS)
    for (const agents of [['--agent', AGENT], []]) {
      const args = ['redis-acl', '--organization', slug, ...agents, '--apply', '--json', '--redis-url', server.url];
      const { out, status } = await agion(args);
      expect(status).toBe(0);
      const [{ redis_url: url } = { redis_url: '' }] = JSON.parse(out) as { redis_url: string }[];
      const kind = agents.length > 0 ? 'an agent' : 'the agents';
      users.push({ slug, kind, command: await connect(url), listening: await connect(url, 'pubsub') });
    }
  const admin = await connect(server.url);
  for (const slug of ORGANIZATIONS) {
    const { streams, values } = namesOf(slug);
    for (const key of streams) await admin.xadd(key, '*', 'whose', slug);
    for (const key of values) await admin.set(key, slug);
  }
});

/** Each of them reads, writes and hears what is his own. */
async function theyReachTheirs(): Promise<void> {
  for (const { slug, command, listening } of users) {
    expect(await command.call('XADD', streamKey(slug, STREAMS.trust), '*', 'a', 'b')).toBeTruthy();
    expect(await command.xread('COUNT', 1, 'STREAMS', replyStreamKey(slug, 'crew'), '0')).toEqual([
      [replyStreamKey(slug, 'crew'), [[expect.any(String), ['whose', slug]]]],
    ]);
    expect(await command.get(keys.trustScore(slug, AGENT))).toBe(slug);
    const channels = Object.values(CHANNELS).map((channel) => channelKey(slug, channel));
    expect(await listening.subscribe(...channels)).toBe(channels.length);
    await listening.unsubscribe(...channels);
  }
}

const risk = hasRedisServer()
  ? openRisk('identity', 'Redis names of others with an agent’s Redis user', theyReachTheirs)
  : undefined;
afterAll(async () => {
  for (const redis of open) redis.disconnect();
  await server?.stop();
});

/** Every key with what it holds. */
async function contents(): Promise<string[]> {
  const [admin] = open.slice(-1) as [RedisConnection];
  const names = (await admin.keys('*')).sort();
  return Promise.all(
    names.map(async (name) => `${name} ${((await admin.callBuffer('DUMP', name)) as Buffer).toString('base64')}`),
  );
}

suite('no user reaches a stream, a value or a channel of another organization', async () => {
  const before = await contents();
  const reached: string[] = [];
  const tryIt = async ({ slug, kind }: User, redis: RedisConnection, [command, ...args]: string[]): Promise<void> => {
    const outcome = await redis.call(command ?? '', ...args).catch((error: Error) => error);
    if (outcome instanceof Error && /NOPERM/.test(outcome.message)) return;
    reached.push(`${kind} of ${slug}: ${command} ${args.join(' ')}: ${String(outcome)}`);
  };
  for (const user of users)
    for (const slug of ORGANIZATIONS.filter((each) => each !== user.slug)) {
      const { streams, values, channels } = namesOf(slug);
      const commands = [
        ...streams.flatMap((key) => WITH_STREAM.map((attempt) => attempt(key))),
        ...values.flatMap((key) => WITH_VALUE.map((attempt) => attempt(key))),
        ...channels.map((channel) => ['PUBLISH', channel, '{}']),
      ];
      const own = streamKey(user.slug, STREAMS.trust);
      const beside = [
        ['XREAD', 'STREAMS', replyStreamKey(user.slug, 'crew'), replyStreamKey(slug, 'crew'), '0', '0'],
        ['MGET', keys.trustScore(user.slug, AGENT), keys.trustScore(slug, AGENT)],
        ['RENAME', own, streamKey(slug, STREAMS.trust)],
        ['KEYS', `${redisPrefix(slug)}*`],
        ['SCAN', '0', 'MATCH', `${redisPrefix(slug)}*`],
        ['EVAL', `return redis.call('GET', KEYS[1])`, '1', keys.trustScore(slug, AGENT)],
      ];
      const heard = [
        ...channels.map((channel) => ['SUBSCRIBE', channel]),
        ...channels.map((channel) => ['SSUBSCRIBE', channel]),
        ['PSUBSCRIBE', `${redisPrefix(slug)}*`],
        ['PSUBSCRIBE', '*'],
      ];
      await risk?.attempt(
        async () => {
          for (const command of [...commands, ...beside]) await tryIt(user, user.command, command);
          for (const command of heard) await tryIt(user, user.listening, command);
          expect(reached).toEqual([]);
        },
        commands.length + beside.length + heard.length,
      );
    }
  expect(await contents()).toEqual(before);
});
