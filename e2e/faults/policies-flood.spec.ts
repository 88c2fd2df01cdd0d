import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@agion/testing';
import { type Platform, startPlatform } from '../platform.js';
import { Fleet, publish, quantile } from '../sdk/fleet.js';
import { openFault, scaled } from './fault.js';
import { type Standing, watched } from './policy-witness.js';
import { ServiceProcess } from './service-process.js';

const flood = openFault('policies', 38, 'one agent floods the gateway');

/** Requests of one caller in a minute. */
const LIMIT = scaled({ quick: 500, usual: 1_500, full: 6_000 });
const CONNECTIONS = scaled({ quick: 20, usual: 50, full: 100 });
/** Times that the others are looked at with the flood and without, in turn, and how long each. */
const WINDOWS = scaled({ quick: 1, usual: 3, full: 9 });
const WINDOW_MS = scaled({ quick: 1_000, usual: 2_000, full: 4_000 });
/** Milliseconds after which nobody is left of a flood that has ended. */
const SETTLE_MS = 1_500;
const OTHERS = 10;
/** Milliseconds between two requests of others. */
const PACE_MS = 8;
/** Of the p99 without the flood, and the milliseconds that are nobody's fault on a busy machine. */
const MOST = { times: 1.2, moreMs: 1 };

let platform: Platform;
let gateway: ServiceProcess;
let fleet: Fleet;
let flooding: ChildProcess | undefined;
const tokens: string[] = [];
const standing: Standing = { revision: 1, effect: 'allow' };

const register = async (agentId: string): Promise<string> =>
  (await platform.call('POST', '/api/v1/agents/register', { body: { agent_id: agentId, name: agentId } })).body.token;

beforeAll(async () => {
  platform = await startPlatform({ without: ['gateway'], env: { GATEWAY_RATE_LIMIT: String(LIMIT) } });
  gateway = await ServiceProcess.start('gateway', platform);
  await publish(platform, standing.effect);
  fleet = await Fleet.open(platform, 5);
  for (let n = 0; n < OTHERS; n += 1) tokens.push(await register(`others:agent_${n}`));
  const url = `${platform.url}/api/v1/agents/flood:one`;
  const args = [url, await register('flood:one'), String(CONNECTIONS)];
  flooding = fork(path.join(import.meta.dirname, 'flood.mjs'), args, { execArgv: [] });
}, 60_000);
afterAll(async () => {
  flooding?.kill('SIGKILL');
  await fleet?.close();
  await gateway?.kill();
  await platform?.stop();
}, 30_000);

interface Flooded {
  served: number;
  refused: number;
  /** Neither of the two, or refused without a time to come back. */
  odd: number;
}

/** Turns the flood on or off. @returns what it was answered since the last time */
async function turn(on: boolean): Promise<Flooded> {
  if (!flooding) throw new Error('there is no flood');
  const answered = once(flooding, 'message') as Promise<[{ counts: Flooded }]>;
  flooding.send({ type: 'flood', on });
  return (await answered)[0].counts;
}

/** Turns the flood on, and waits until it has used up what it may ask. */
const floodIsRefused = (): Promise<void> =>
  eventually(async () => expect((await turn(true)).refused).toBeGreaterThan(0), { timeoutMs: 60_000 });

/** The p99 of what others ask at an even pace, in milliseconds, each time counted from when it should have been asked. */
async function othersWait(ms: number): Promise<number> {
  const times: number[] = [];
  const asking: Promise<void>[] = [];
  const startedAt = performance.now();
  for (let n = 0; n * PACE_MS < ms; n += 1) {
    const dueAt = startedAt + n * PACE_MS;
    while (performance.now() < dueAt)
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, dueAt - performance.now())));
    asking.push(
      platform
        .call('GET', `/api/v1/agents/others:agent_${n % OTHERS}`, { token: tokens[n % OTHERS] ?? '' })
        .then(({ status }) => {
          expect(status).toBe(200);
          times.push(performance.now() - dueAt);
        }),
    );
  }
  await Promise.all(asking);
  return quantile(times, 0.99);
}

test('who floods the gateway is told to wait, and the others go on as fast as before', async () => {
  await flood.run(() =>
    watched(platform, fleet.members, standing, async (witness) => {
      await othersWait(WINDOW_MS); // the first ones open connections
      await turn(true);
      const within = await othersWait(WINDOW_MS);
      await floodIsRefused();
      await witness.change();
      const recoveryMs = await witness.converged();
      const refused: Flooded[] = [];
      const p99s = { quiet: [] as number[], flooded: [] as number[] };
      for (let tries = 0; refused.length < WINDOWS && tries < 2 * WINDOWS; tries += 1) {
        await floodIsRefused();
        const p99 = await othersWait(WINDOW_MS);
        const answered = await turn(false);
        if (answered.served > CONNECTIONS) continue; // a new minute, and the flood was within its limit again
        p99s.flooded.push(p99);
        refused.push(answered);
        await othersWait(SETTLE_MS); // what was held back is answered
        p99s.quiet.push(await othersWait(WINDOW_MS));
      }
      expect(refused).toHaveLength(WINDOWS);
      const [quiet, flooded] = [quantile(p99s.quiet, 0.5), quantile(p99s.flooded, 0.5)];
      const share = (flooded / quiet - 1) * 100;
      process.stdout.write(
        `    others' p99: ${quiet.toFixed(1)} ms, ${flooded.toFixed(1)} ms beside a flood that is refused (${share.toFixed(0)} %), ` +
          `${within.toFixed(1)} ms while it was within its limit; refused: ${refused.map((each) => each.refused).join(', ')}\n`,
      );
      expect(Math.min(...refused.map((each) => each.refused))).toBeGreaterThan(0);
      expect(refused.map(({ odd }) => odd)).toEqual(refused.map(() => 0));
      const most = scaled({ quick: Infinity, usual: Infinity, full: quiet * MOST.times + MOST.moreMs });
      expect(flooded).toBeLessThanOrEqual(most);
      return recoveryMs;
    }),
  );
}, 600_000);
