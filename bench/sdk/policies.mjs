// The policies every agent of the fleet has: some for all of them, a few for one, each with two comparisons.
const AGENTS_NAMED = 100;
const EVERY = 10;
const ACTIONS = 20;

/** The policy that is changed again and again. */
export const CHANGING = 'p0000';
/** What it allows up to: by this, everybody can see which version is in force. */
export const limitOf = (revision) => 1_000 + revision;

const name = (number) => `p${String(number).padStart(4, '0')}`;

/**
 * @param count of policies
 * @param scope of the changing policy: globs or names of agents
 * @param wide whether every policy is for every agent
 */
export function makePolicies({ count, scope, wide = false }) {
  return Array.from({ length: count }, (_, number) => {
    const agents = wide || number % EVERY === 0 ? ['c1:*'] : [`c1:agent_${number % AGENTS_NAMED}`];
    const condition = `context.amount < ${number % 1_000}.0 && context.env == "prod"`;
    return policy(name(number), {
      agents: number === 0 ? scope : agents,
      actions: [`action_${number % ACTIONS}`],
      effect: number % 4 ? 'allow' : 'deny',
      condition,
    });
  });
}

/** The changing policy as it is at a revision. */
export const changedPolicy = (revision, scope) =>
  policy(CHANGING, {
    agents: scope,
    actions: ['changing'],
    effect: 'allow',
    condition: `context.amount < ${limitOf(revision)}.0 && context.env == "prod"`,
    version: revision,
  });

function policy(id, { agents, actions, effect, condition, version = 1 }) {
  const scope = { agents, actions, resources: ['*'] };
  const spec = { status: 'active', mode: 'enforce', priority: 500, tier: 'organization', scope, condition, effect };
  return { apiVersion: 'agion/v1', kind: 'Policy', metadata: { id }, spec, version };
}
