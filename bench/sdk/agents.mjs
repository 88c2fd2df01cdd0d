// The agents: SDKs in one process, bare listeners beside them, and what single calls cost.
// Environment: REDIS_URL, SERVER_URL, ENGINE (a file), SDK (a file).
import { Redis } from 'ioredis';
import { Pool } from 'undici';
import { PolicyListener } from '../baselines/policy-listener.mjs';
import { limitOf } from './policies.mjs';
import { callCosts } from './single-calls.mjs';

const { REDIS_URL: redisUrl, SERVER_URL: gatewayUrl } = process.env;
const { AgionSDK } = await import(process.env.SDK);
const UPDATES = 'agion:policy:updates';
const BARE_UPDATES = 'bare:policy:updates';
const LATE_MS = 10_000;

const publisher = new Redis(redisUrl);
publisher.on('error', () => {});
const pool = new Pool(gatewayUrl, { connections: 16 });
let sdks = [];
let listeners = [];
/** By agent, what it decides by. */
const inForce = new Map();
const hear = { bare: () => {}, sdk: () => {} };
/** Milliseconds after which an SDK that hears no beacon has looked once more, and then only polls. */
const SETTLED_MS = 3_500;

async function open(agents) {
  sdks = agents.map(
    (agentId) => new AgionSDK({ agentId, gatewayUrl, redisUrl, decisionLog: 'denied', syncIntervalMs: 3_600_000 }),
  );
  const told = (who, member, revision) => {
    inForce.set(member, revision);
    hear[who](revision);
  };
  for (const sdk of sdks) sdk.on('policies-updated', ({ revision }) => told('sdk', sdk, revision));
  listeners = agents.map(() => {
    const listener = new PolicyListener(redisUrl, pool, (version) => told('bare', listener, version));
    return listener;
  });
  await Promise.all([
    ...sdks.map((sdk) => sdk.initialize()),
    ...listeners.map((listener) => listener.listen(BARE_UPDATES)),
  ]);
  await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
}

async function close() {
  inForce.clear();
  for (const listener of listeners.splice(0)) listener.close();
  await Promise.all(sdks.splice(0).map((sdk) => sdk.close()));
}

/** Tells all of them. Who has looked by itself and decides by the new revision already is not late. @returns milliseconds until the last one does */
async function propagate({ who, revision, scope, lateMs = LATE_MS }) {
  const members = who === 'bare' ? listeners : sdks;
  const missing = () => members.filter((member) => inForce.get(member) !== revision).length;
  const startedAt = performance.now();
  let left = missing();
  let lastAt = startedAt;
  const done = new Promise((resolve, reject) => {
    if (left === 0) return resolve();
    const timer = setTimeout(
      () => reject(new Error(`${missing()} of ${members.length} are late for ${revision}`)),
      lateMs,
    );
    hear[who] = (heard) => {
      if (heard !== revision) return;
      lastAt = performance.now();
      left -= 1;
      if (left > 0) return;
      clearTimeout(timer);
      resolve();
    };
  });
  const notice = JSON.stringify({ type: 'policy.updated', revision, agents: scope });
  publisher.publish(who === 'bare' ? BARE_UPDATES : UPDATES, notice).catch(() => {}); // Redis may be killed meanwhile
  await done;
  const wrong = members.filter((member) => !decidesBy(member, revision)).length;
  if (wrong > 0) throw new Error(`${wrong} of ${members.length} do not decide by revision ${revision}`);
  return lastAt - startedAt;
}

/** Whether it allows just below the limit of that revision, which the one before does not. */
function decidesBy(member, revision) {
  const context = { amount: limitOf(revision) - 0.5, env: 'prod' };
  return member instanceof PolicyListener
    ? member.decide('changing', context)
    : member.checkLocally({ action: 'changing', context }).allowed;
}

const work = {
  open: async ({ agents }) => void (await open(agents)),
  close: async () => void (await close()),
  propagate: async (message) => ({ ms: await propagate(message) }),
  calls: async (message) =>
    callCosts({
      ...message,
      sdk: sdks.find((sdk) => sdk.agentId === message.agentId),
      engine: await import(process.env.ENGINE),
    }),
};

process.on('message', (message) => {
  const { type } = message;
  work[type]?.(message).then(
    (result) => process.send({ type, ...result }),
    (error) => process.send({ type, error: error.stack }),
  );
});
process.once('disconnect', () => process.exit());
process.send({ type: 'ready' });
