import { afterAll, beforeAll, test } from '@jest/globals';
import { type Platform, startPlatform } from '../platform.js';
import { Fleet, publish } from '../sdk/fleet.js';
import { openFault, scaled } from './fault.js';
import { PolicyWitness } from './policy-witness.js';

const herd = openFault('policies', 37, 'all hear of one change at once');

const MEMBERS = scaled({ quick: 40, usual: 300, full: 1_000 });
/** Requests of one caller in a minute; those who register have no other name than their address. */
const LIMIT = scaled({ quick: 500, usual: 1_500, full: 6_000 });

let platform: Platform;
let fleet: Fleet;
let revision = 1;
let effect: 'allow' | 'deny' = 'allow';

beforeAll(async () => {
  platform = await startPlatform({ env: { GATEWAY_RATE_LIMIT: String(LIMIT) } });
  await publish(platform, effect);
  fleet = await Fleet.open(platform, MEMBERS);
}, 180_000);
afterAll(async () => {
  await fleet?.close();
  await platform?.stop();
}, 60_000);

async function changed(): Promise<{ counts: Record<string, number>; recoveryMs: number }> {
  const witness = new PolicyWitness(platform, fleet.members.slice(0, 50), { revision, effect });
  try {
    await witness.change();
    const recoveryMs = await witness.converged();
    await fleet.decides(effect === 'allow' ? 'deny' : 'allow', witness.revision, 30_000);
    return { counts: witness.end(), recoveryMs };
  } finally {
    witness.close();
    effect = effect === 'allow' ? 'deny' : 'allow';
    ({ revision } = witness);
  }
}

test(`a change reaches ${MEMBERS} agents that hear of it at once`, async () => {
  for (let run = 0; run < scaled({ quick: 1, usual: 10, full: 20 }); run += 1) await herd.run(() => changed());
}, 300_000);
