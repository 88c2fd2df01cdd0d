// What one call costs the process that makes it, in nanoseconds. Sending what it leaves in memory is not in it.
import { makePolicies } from './policies.mjs';

const CALLS = 2_000;
const REPEATS = 5;
const ACTION = 'action_1';

/** One round. @returns nanoseconds per call by name */
export async function callCosts({ sdk, engine, agentId, count, scope }) {
  const policies = makePolicies({ count, scope })
    .filter(({ spec }) => spec.scope.agents.some((glob) => glob === 'c1:*' || glob === agentId))
    .map(({ version, ...document }) => ({ document, version }));
  const set = engine.compilePolicies(policies, { revision: 1, defaultEffect: 'deny' });
  const context = { amount: 0.5, env: 'prod' };
  const request = {
    agent: { id: agentId },
    action: { name: ACTION },
    env: { mode: '' },
    arguments: {},
    context,
    at: 0,
  };
  if (!engine.evaluate(set, request).allowed) throw new Error('the request should be allowed');

  const nothing = () => undefined;
  const options = { context: () => ({ amount: 0.5, env: 'prod' }) };
  const silent = sdk.governed(agentId, ACTION, { ...options, report: false })(nothing);
  const told = sdk.governed(agentId, ACTION, options)(nothing);
  const event = () => ({ eventType: 'task_completed', severity: 'positive', impact: 0.05 });
  const list = [];
  const costs = {
    evaluate: await nsPerCall(() =>
      engine.evaluate(set, { ...request, context: { amount: 0.5, env: 'prod' }, at: Date.now() }),
    ),
    checkLocally: await nsPerCall(() => sdk.checkLocally({ action: ACTION, context: { amount: 0.5, env: 'prod' } })),
    governedSilent: await nsPerCall(silent),
    governed: await nsPerCall(told, () => sdk.events.flush()),
    push: await nsPerCall(() => {
      list.push(event());
      if (list.length === 100) list.length = 0;
    }),
    publish: await nsPerCall(
      () => sdk.events.publishTrustEvent(event()),
      () => sdk.events.flush(),
    ),
  };
  const { dropped } = sdk.getMetrics().event_client;
  if (dropped > 0) throw new Error(`${dropped} events were dropped`);
  return { costs };
}

/** The quietest of some repeats: what else the machine does only ever adds. */
async function nsPerCall(call, afterwards = () => undefined) {
  let least = Infinity;
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const startedAt = performance.now();
    for (let index = 0; index < CALLS; index++) {
      const result = call();
      if (result instanceof Promise) await result;
    }
    least = Math.min(least, ((performance.now() - startedAt) * 1e6) / CALLS);
    await afterwards();
  }
  return least;
}
