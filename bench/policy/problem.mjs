// The problem every engine gets: policies for an exact agent, a container or all; one action or all; two or three comparisons. Denies
// beat allows, the highest priority inside the winning effect decides, and the answer names the policy.
const ACTIONS = Array.from({ length: 20 }, (_, number) => `action_${number}`);
const MODES = ['prod', 'staging', 'dev'];
const REGIONS = ['eu', 'us', 'ap', 'sa'];
const CONTAINERS = 20;
const REQUESTS = 1_000;

const DENY_SHARE = 0.25;
const ANY_ACTION_SHARE = 0.1;
const CONTAINER_SHARE = 0.1;
const GLOBAL_SHARE = 0.05;
const MOST_GLOBAL = 10;

/**
 * The same problem for the same size, always.
 * @returns `{policies, requests}`; policies in deciding order: the first that matches a request decides it
 */
export function makeProblem(size) {
  const random = randomness(size);
  const below = (limit) => Math.floor(random() * limit);
  const pick = (values) => values[below(values.length)];
  const agents = Array.from(
    { length: Math.max(4, Math.floor(size / 10)) },
    (_, number) => `c${number % CONTAINERS}:agent_${number}`,
  );
  const global = Math.min(MOST_GLOBAL, Math.ceil(size * GLOBAL_SHARE));
  const whole = global + Math.ceil(size * CONTAINER_SHARE);
  const agentOf = (number) => {
    if (number < global) return '*';
    return number < whole ? `c${below(CONTAINERS)}:*` : pick(agents);
  };
  const policies = Array.from({ length: size }, (_, number) => ({
    id: `p${number}`,
    agent: agentOf(number),
    action: random() < ANY_ACTION_SHARE ? '*' : pick(ACTIONS),
    effect: random() < DENY_SHARE ? 'deny' : 'allow',
    priority: below(100),
    conditions: makeConditions(2 + (number % 2), below, pick),
  })).sort(byDecidingOrder);
  const requests = Array.from({ length: REQUESTS }, () => {
    const policy = pick(policies);
    const agent = policy.agent.includes('*') ? pick(agents) : policy.agent;
    return {
      agent,
      container: agent.split(':')[0],
      action: policy.action === '*' ? pick(ACTIONS) : policy.action,
      context: { amount: below(1000), env: pick(MODES), trust: below(100), region: pick(REGIONS), hour: below(24) },
    };
  });
  return { policies, requests };
}

function makeConditions(count, below, pick) {
  const kinds = [
    () => ['amount', '<', 200 + below(800)],
    () => ['env', '==', pick(MODES)],
    () => ['env', '!=', pick(MODES)],
    () => ['trust', '>=', below(60)],
    () => ['region', 'in', REGIONS.slice(below(2), 2 + below(3))],
    () => ['hour', '<', 6 + below(18)],
  ];
  const conditions = new Map();
  while (conditions.size < count) {
    const condition = pick(kinds)();
    if (!conditions.has(condition[0])) conditions.set(condition[0], condition);
  }
  return [...conditions.values()];
}

function byDecidingOrder(a, b) {
  if (a.effect !== b.effect) return a.effect === 'deny' ? -1 : 1;
  return b.priority - a.priority || (a.id < b.id ? -1 : 1);
}

const OPERATORS = {
  '<': (value, bound) => value < bound,
  '>=': (value, bound) => value >= bound,
  '==': (value, other) => value === other,
  '!=': (value, other) => value !== other,
  in: (value, list) => list.includes(value),
};

/** The right answer, found in the plainest way: `allow:p7`, or `deny:default`. */
export function referenceAnswer(policies, { agent, container, action, context }) {
  const decides = (policy) =>
    ['*', `${container}:*`, agent].includes(policy.agent) &&
    ['*', action].includes(policy.action) &&
    policy.conditions.every(([name, operator, value]) => OPERATORS[operator](context[name], value));
  const winner = policies.find(decides);
  return winner ? `${winner.effect}:${winner.id}` : 'deny:default';
}

/** Mulberry32: small, and the same everywhere. */
function randomness(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
