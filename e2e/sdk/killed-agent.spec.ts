import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asOwner, eventually } from '@agion/testing';
import { createPolicies } from '../policies.js';
import { type Platform, startPlatform } from '../platform.js';

const AGENT = 'doomed:reader';
const AGENT_FILE = path.join(import.meta.dirname, 'deciding-agent.mjs');
const BUILT = path.resolve(import.meta.dirname, '../../libs/sdk/dist/index.js');
const FLUSH_MS = 1_000;
const EVERY_MS = 5;
/** Milliseconds a flush itself may take on a busy machine. */
const SENDING_MS = 1_500;
const DECISIONS = 1_000;

interface Told {
  at: number;
  decision: string;
  id: string;
}

let platform: Platform;

beforeAll(async () => {
  platform = await startPlatform();
  await createPolicies(
    platform,
    { id: 'reads', effect: 'allow', agents: ['doomed:*'], actions: ['read_file'] },
    { id: 'deletes', effect: 'deny', agents: ['doomed:*'], actions: ['delete_file'] },
  );
}, 60_000);
afterAll(() => platform?.stop());

/** Lets the agent decide a while, every so often a denial, and kills it with -9. @returns what it has decided, as it said so */
async function killedAfter(decisions: number, deniedEvery: number): Promise<Told[]> {
  if (!existsSync(BUILT)) throw new Error(`${BUILT} is not built: run these tests with \`npm test\``);
  const child = spawn(process.execPath, [AGENT_FILE], {
    env: {
      PATH: process.env.PATH,
      AGION_AGENT_ID: AGENT,
      AGION_GATEWAY_URL: platform.url,
      AGION_REDIS_URL: platform.redis.url,
      FLUSH_INTERVAL_MS: String(FLUSH_MS),
      EVERY_MS: String(EVERY_MS),
      DENIED_EVERY: String(deniedEvery),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const told: Told[] = [];
  for await (const line of createInterface(child.stdout)) {
    const [at, decision, id] = line.split(' ');
    if (decision === undefined || id === undefined) continue;
    told.push({ at: Number(at), decision, id });
    if (told.length === decisions) child.kill('SIGKILL');
  }
  await exited;
  return told;
}

const recorded = (): Promise<Set<string>> =>
  asOwner(platform.database, async (client) => {
    const { rows } = await client.query<{ decision_id: string }>(
      'SELECT decision_id::text FROM governance.decisions WHERE agent_id = $1',
      [AGENT],
    );
    return new Set(rows.map(({ decision_id: id }) => id));
  });

/** Waits until all that is older than this at its death is in the ledger, and says what is not. */
async function lostAfter(told: readonly Told[], ageMs: number): Promise<Told[]> {
  const diedAt = told.at(-1)?.at ?? 0;
  const due = told.filter(({ at }) => at < diedAt - ageMs);
  expect(due.length).toBeGreaterThan(100);
  const inLedger = await eventually(
    async () => {
      const ids = await recorded();
      const missing = due.filter(({ id }) => !ids.has(id));
      if (missing.length > 0) throw new Error(`${missing.length} of ${due.length} are missing, e.g. ${missing[0]?.id}`);
      return ids;
    },
    { timeoutMs: 15_000, intervalMs: 100 },
  );
  const lost = told.filter(({ id }) => !inLedger.has(id));
  const oldest = Math.max(0, ...lost.map(({ at }) => diedAt - at));
  process.stdout.write(
    `    ${told.length} decisions, ${lost.length} lost, the oldest of them ${oldest.toFixed(0)} ms old (a flush each ${FLUSH_MS} ms)\n`,
  );
  return lost;
}

describe('an agent that is killed with -9', () => {
  it('loses the allows since its last flush, and nothing else', async () => {
    const lost = await lostAfter(await killedAfter(DECISIONS, Infinity), FLUSH_MS + SENDING_MS);
    expect(lost.length).toBeLessThanOrEqual((FLUSH_MS + SENDING_MS) / EVERY_MS);
  }, 60_000);

  it('loses no denial: they are sent at once, and take with them what waits', async () => {
    const lost = await lostAfter(await killedAfter(DECISIONS, 10), SENDING_MS);
    expect(lost.length).toBeLessThanOrEqual(SENDING_MS / EVERY_MS);
  }, 60_000);
});
