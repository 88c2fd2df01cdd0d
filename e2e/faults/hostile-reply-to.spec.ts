import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { addOrganization, eventually } from '@agion/testing';
import { GovernedAgent } from '../governed-agent.js';
import { type Platform, startPlatform } from '../platform.js';
import { createPolicies } from '../policies.js';
import { RawRedis } from '../raw-redis.js';

/** `reply_to` is the one place where an agent names a key that governance writes to. */
const REQUESTS = 'governance:requests';
const DEAD = `${REQUESTS}:dead`;
const OWN = 'governance:responses:langgraph-v2';

let platform: Platform;
let redis: RawRedis;
let agent: GovernedAgent;

beforeAll(async () => {
  platform = await startPlatform();
  redis = await RawRedis.open(platform.redis.url);
  await addOrganization(platform.database, 'acme');
  agent = await GovernedAgent.register(platform, redis, 'langgraph-v2:chart_generator');
  await GovernedAgent.register(platform, redis, 'crewai:writer');
  await createPolicies(platform, { id: 'charts', effect: 'allow', actions: ['generate_chart'] });
  await redis.append('governance:responses:crewai', { correlation_id: 'theirs' });
  await redis.append('agion:tasks', { task: 'first' });
  await redis.append('org:acme:governance:responses:langgraph-v2', { correlation_id: 'theirs' });
  await redis.call('SET', `${OWN}:text`, 'a string, no stream');
  await redis.call('HSET', `${OWN}:hash`, 'a', '1');
  await redis.call('SADD', `${OWN}:set`, 'a');
}, 60_000);
afterAll(async () => {
  redis?.close();
  await platform?.stop();
});

/** 100 of them, none the agent's own. */
function hostile(): string[] {
  const others = [
    'crewai',
    'crewai:pod-1',
    'langgraph-v',
    'langgraph-v22',
    'langgraph-v2.',
    'LANGGRAPH-V2',
    'langgraph_v2',
  ];
  const systems = [
    'agion:tasks', 'agion:events:audit', 'agion:events:trust', 'agion:events:missions', 'agion:events:decisions',
    'agion:events:feedback', 'feedback:submissions', 'executions:reports', 'governance:requests', 'governance:requests:dead',
    'agion:policy:updates', 'agion:policy:beacon', 'agion:control', 'agion:config:updates', 'agion:runs:1:events',
  ]; // prettier-ignore
  const keys = [
    'agent:langgraph-v2:chart_generator:trust_score', 'agent:langgraph-v2:chart_generator:policies',
    'agent:langgraph-v2:chart_generator:heartbeat', 'agent:crewai:writer:trust_score', 'gateway:rate', 'x', '0',
  ]; // prettier-ignore
  const organizations = [
    `org:acme:${OWN}`, `org:acme:governance:responses`, `org:default:${OWN}`, `org::${OWN}`, `org:acme:agion:tasks`,
    `org:*:${OWN}`, `:${OWN}`, `org:acme:org:acme:${OWN}`,
  ]; // prettier-ignore
  const tricks = [
    'governance:responses', 'governance:responses:', ` ${OWN}`, `${OWN} `, `${OWN}\n`, `${OWN}\r\nFLUSHALL\r\n`, `${OWN}\0`, `${OWN}:`,
    `${OWN}::`, `${OWN}:a:b`, `${OWN}:../crewai`, `${OWN}/../crewai`, `${OWN}:*`, `${OWN}*`, 'governance:responses:*', '*', '?', '[a-z]*',
    `${OWN}:pod 1`, `${OWN}:pod\t1`, `${OWN}:dead`, `${OWN}:пример`, `${OWN}:ｐｏｄ`, `${OWN}:{crewai}`, `{${OWN}}`, `"${OWN}"`, `'${OWN}'`,
    `["${OWN}"]`, `${OWN},agion:tasks`, `${OWN} agion:tasks`, 'Governance:Responses:langgraph-v2', 'governance:responses:langgraph-v2:a ', 'governance:responses:langgraph-v2#a', 'governance:responses;langgraph-v2', '../governance:responses:langgraph-v2', 'governance:responses:crewai:writer',
    'governance:responses:langgraph-v2:chart_generator:', `${OWN}:-`, `${OWN}:.`, `${OWN}:_`, `${OWN}:$`, `${OWN}:%00`, `${OWN}%3Apod`,
    'governance:responses:langgraph-v2:x'.padEnd(10_240, 'x'), OWN.repeat(300), 'x'.repeat(10_240), '', ' ', '\0', 'null', 'undefined',
    '__proto__', 'constructor', 'true', '{}', '${OWN}', '$(redis-cli flushall)', '"; FLUSHALL; "', `${OWN}\u202e`, `\ufeff${OWN}`,
  ]; // prettier-ignore
  const wrongType = [`${OWN}:text`, `${OWN}:hash`, `${OWN}:set`];
  const foreign = others.map((container) => `governance:responses:${container}`);
  return [...foreign, ...systems, ...keys, ...organizations, ...tricks, ...wrongType];
}

describe('a hundred hostile values of reply_to', () => {
  test('change no key but the dead letters', async () => {
    const values = hostile();
    expect(values.length).toBe(100);
    expect(new Set(values).size).toBe(values.length);
    const untouched = await agent.askStream({ action: 'generate_chart' }, OWN);
    expect(untouched.decision).toBe('allow');
    await settled();
    const before = await snapshot();

    const ids = await redis.appendAll(
      REQUESTS,
      values.map((reply_to, index) => ({
        correlation_id: `hostile-${index}`,
        agent_id: agent.id,
        action: 'generate_chart',
        reply_to,
      })),
    );
    await settled();

    const after = await snapshot();
    expect([...after.keys()].filter((key) => after.get(key) !== before.get(key))).toEqual([]);
    expect([...before.keys()].filter((key) => !after.has(key))).toEqual([]);
    const dead = (await redis.range(DEAD)).map(({ fields }) => fields);
    expect(dead.map(({ source_id: id }) => id).sort()).toEqual(ids.toSorted());
    for (const { error } of dead) expect(error).toMatch(/reply_to/);
  }, 60_000);

  test('and the next honest request is answered', async () => {
    for (const target of [undefined, OWN, `${OWN}:pod-1`])
      expect((await agent.askStream({ action: 'generate_chart' }, target)).allowed).toBe('true');
  });
});

/** Nothing of what was asked is still under way. */
const settled = (): Promise<void> =>
  eventually(
    async () => {
      for (const stream of [REQUESTS, 'agion:events:audit', 'agion:events:trust'])
        if (Number(await redis.call('EXISTS', stream)) === 1)
          expect(await redis.group(stream, 'governance')).toMatchObject({ lag: 0, pending: 0 });
    },
    { timeoutMs: 20_000 },
  );

/** All keys but the two that hold the requests themselves, and those that run out by themselves. */
async function snapshot(): Promise<Map<string, string>> {
  const all = await redis.snapshot();
  const [own, passing] = [[REQUESTS, DEAD], /:heartbeat$|^gateway:rate/];
  return new Map([...all].filter(([key]) => !own.includes(key) && !passing.test(key)));
}
