import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { ServiceName } from '@agion/wire';
import { eventually } from '@agion/testing';
import { type Platform, startPlatform } from '../platform.js';
import { Fleet, publish } from '../sdk/fleet.js';
import { BusLoad } from './bus-load.js';
import { type FaultOutcome, openFault, scaled } from './fault.js';
import { type Standing, watched } from './policy-witness.js';
import { ServiceProcess } from './service-process.js';

const skewed = openFault('policies', 29, 'clocks are an hour off: of agents, of services, of all of the platform');

/** An hour, and more than tokens for an hour can be forgiven. */
const OFF_MS = 3_660_000;
const BOTH_WAYS = [OFF_MS, -OFF_MS];
const SET_CLOCK = pathToFileURL(path.join(import.meta.dirname, 'set-clock.mjs')).href;
const ALL = ['registry', 'governance', 'gateway'] as const;
const ASKED = scaled({ quick: 300, usual: 2_000, full: 10_000 });

let platform: Platform;
let fleet: Fleet | undefined;
const processes = new Map<ServiceName, ServiceProcess>();
const loads: BusLoad[] = [];
const standing: Standing = { revision: 0, effect: 'allow' };

beforeAll(async () => {
  platform = await startPlatform({ without: ALL });
  for (const name of ALL)
    processes.set(name, await ServiceProcess.start(name, platform, { NODE_OPTIONS: `--import=${SET_CLOCK}` }));
  await platform.call('POST', '/api/v1/agents/register', { body: { agent_id: 'bus:asker', name: 'Asker' } });
  await BusLoad.prepare(platform);
  await publish(platform, standing.effect);
  standing.revision = 3;
}, 60_000);
afterEach(async () => {
  await setClocks(ALL, 0);
  for (const load of loads.splice(0)) await load.close();
  await fleet?.close();
  fleet = undefined;
}, 30_000);
afterAll(async () => {
  for (const process of processes.values()) await process.kill();
  await platform?.stop();
}, 30_000);

async function setClocks(services: readonly ServiceName[], offMs: number): Promise<void> {
  for (const name of services) await processes.get(name)?.tell({ type: 'clock', offMs });
}

/** Asks over the streams what nobody can be late with. */
async function asked(name: string, count: number): Promise<BusLoad> {
  const load = await BusLoad.open(platform, 'bus:asker', `${name}-${randomUUID()}`);
  loads.push(load);
  await load.ask(count, 30_000);
  await load.answered();
  expect(load.counts()).toMatchObject({ decisions: count, unavailable: 0 });
  return load;
}

/** Asks over the streams, and once what is read too late. @returns what came of it; none of it may be late but that */
async function askOverStreams(name: string): Promise<Record<string, number>> {
  const load = await asked(name, ASKED);
  const governance = processes.get('governance');
  governance?.freeze();
  await load.ask(10, 1);
  governance?.thaw();
  await load.answered();
  return load.counts();
}

/** Runs while clocks are off, and until all is as before. */
async function during(
  offMs: number,
  services: readonly ServiceName[],
  body: () => Promise<void>,
): Promise<FaultOutcome> {
  const { members } = (fleet = await Fleet.open(platform, 3));
  let counts: Record<string, number> = {};
  const seen = await watched(platform, members, standing, async (witness) => {
    await witness.change(); // what was asked before must not count as just asked when a clock is set back
    await witness.converged();
    await asked(`before-${services.join('-')}`, 1); // so that governance knows the agent: the registry cannot tell it of others
    await setClocks(services, offMs);
    counts = await askOverStreams(services.join('-'));
    await body();
    await setClocks(services, 0);
    await eventually(async () => expect((await platform.call('GET', '/api/v1/policies', { token: await platform.person('admin') })).status).toBe(200), { timeoutMs: 10_000 }); // prettier-ignore
    await witness.change();
    return witness.converged();
  });
  return { ...seen, counts: { ...seen.counts, decisions: (seen.counts.decisions ?? 0) + (counts.decisions ?? 0) } };
}

/** What a person is told whose token is good by the right clock. */
async function toldTo(at: number): Promise<{ status: number; text: string }> {
  const subject = `${randomUUID()}@example.test`; // whom nobody has seen before the clocks were set
  const token = await platform.person('admin', { at, subject });
  const answer = await platform.call('GET', '/api/v1/policies', { token });
  return { status: answer.status, text: JSON.stringify(answer.body) };
}

const told = (offMs: number): RegExp => (offMs > 0 ? /has expired/ : /is not valid yet/);

describe.each(BOTH_WAYS)('policies with a clock that is %i ms off', (offMs) => {
  test('that of agents: ages are measured by one that never goes back', async () => {
    await skewed.run(async () => {
      let leap = 0;
      const clock = {
        now: () => Date.now() + leap,
        monotonic: () => performance.now(),
        after: (ms: number, call: () => void) => {
          const timer = setTimeout(call, ms).unref();
          return () => clearTimeout(timer);
        },
      };
      const { members } = (fleet = await Fleet.open(platform, 3, { clock }));
      return watched(platform, members, standing, async (witness) => {
        leap = offMs;
        await witness.change();
        await witness.converged();
        leap = 0;
        await witness.change();
        return witness.converged();
      });
    });
  }, 60_000);

  test('that of governance: what is asked over the streams is answered, and the gateway is told to compare clocks', async () => {
    await skewed.run(() =>
      during(offMs, ['governance'], async () => {
        const { status, text } = await toldTo(Date.now());
        expect([status, text]).toEqual([502, expect.stringMatching(told(offMs))]);
        expect(text).toContain('compare the clocks');
      }),
    );
  }, 60_000);

  test('that of the gateway: tokens are refused by their times, and the bus goes on', async () => {
    await skewed.run(() =>
      during(offMs, ['gateway'], async () => {
        const { status, text } = await toldTo(Date.now());
        expect([status, text]).toEqual([401, expect.stringMatching(told(offMs))]);
      }),
    );
  }, 60_000);

  test('that of the whole platform: agents notice nothing, not even of changes, and people are told the same', async () => {
    await skewed.run(() =>
      during(offMs, ALL, async () => {
        const { status, text } = await toldTo(Date.now());
        expect([status, text]).toEqual([401, expect.stringMatching(told(offMs))]);
        expect((await toldTo(Date.now() + offMs)).status).toBe(200);
      }),
    );
  }, 60_000);
});
