import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { AgionSDK, type Decision, GovernanceClient } from '@agion/sdk';
import { asOwner, eventually } from '@agion/testing';
import { type Platform, startPlatform } from '../platform.js';
import { createPolicies } from '../policies.js';

/** Whichever way a decision is made, the ledger has it. */
const AGENT = 'demo:worker';
const EACH = 1_000;
let platform: Platform;

beforeAll(async () => {
  platform = await startPlatform();
  await createPolicies(platform, { id: 'small', effect: 'allow', actions: ['read'], condition: 'context.rows <= 10' });
}, 60_000);
afterAll(() => platform?.stop());

interface Row {
  decision_id: string;
  source: string;
  decision: string;
}

const ledger = (): Promise<Row[]> =>
  asOwner(platform.database, async (client) => {
    const text = 'SELECT decision_id, source, decision FROM governance.decisions WHERE agent_id = $1';
    return (await client.query<Row>(text, [AGENT])).rows;
  });

/** Asks a thousand times, forty at once, every fourth time for too much. */
async function askOften(ask: (rows: number) => Decision | Promise<Decision>): Promise<Decision[]> {
  const decisions: Decision[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < EACH) decisions.push(await ask(next++ % 4 === 0 ? 50 : 5));
  };
  await Promise.all(Array.from({ length: 40 }, worker));
  return decisions;
}

test('a thousand decisions in memory, over the bus and over HTTP: three thousand rows, each once', async () => {
  const { body } = await platform.call('POST', '/api/v1/agents/register', { body: { agent_id: AGENT, name: AGENT } });
  const [gatewayUrl, redisUrl, token] = [platform.url, platform.redis.url, body.token as string];
  await using sdk = new AgionSDK({ agentId: AGENT, gatewayUrl, redisUrl });
  await sdk.initialize();
  const bus = new GovernanceClient({ redisUrl, containerId: 'demo' });
  const http = new GovernanceClient({ governanceUrl: gatewayUrl, transport: 'http', token, containerId: 'demo' });
  const question = (rows: number) => ({ agentId: 'worker', action: 'read', context: { rows }, timeoutMs: 30_000 });
  const made = {
    local: await askOften((rows) => sdk.checkLocally(question(rows))),
    bus: await askOften((rows) => bus.checkPermission(question(rows))),
    http: await askOften((rows) => http.checkPermission(question(rows))),
  };
  await Promise.all([bus.close(), http.close(), sdk.events.flush()]);
  await eventually(async () => expect(await ledger()).toHaveLength(3 * EACH), { timeoutMs: 30_000, intervalMs: 100 });
  const rows = await ledger();
  for (const [way, decisions] of Object.entries(made)) {
    expect(decisions.every(({ decidedBy, unavailable }) => decidedBy === way && !unavailable)).toBe(true);
    const told = new Map(decisions.map(({ decisionId, decision }) => [decisionId, decision]));
    const own = rows.filter(({ source }) => source === way);
    expect(new Map(own.map((row) => [row.decision_id, row.decision]))).toEqual(told);
    expect(told.size).toBe(EACH);
  }
}, 120_000);
