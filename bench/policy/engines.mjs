// Each engine turns policies into a function from a request to an answer like `allow:p7`; the peers as their documentation shows, with all
// policies handed to them.
import { Environment } from '@marcbachmann/cel-js';
import { checkPolicy, compilePolicies, evaluate } from '@agion/policy-engine';
import { peer } from './peers.mjs';

const quoted = JSON.stringify;

export const ENGINES = {
  agion: { build: (policies) => buildAgion(policies, inCel('context.')), request: toPolicyRequest },
  'agion, the long way': { build: (policies) => buildAgion(policies, turnedRound), request: toPolicyRequest },
  'bare cel-js': { build: buildBareCel },
  'cedar-wasm': { build: buildCedar, request: toCedarCall, isPeer: true },
  casbin: { build: buildCasbin, isPeer: true, isEffectOnly: true },
  'json-rules-engine': { build: buildJsonRules, request: toFacts, isPeer: true },
};

const inCel =
  (prefix) =>
  ([name, operator, value]) =>
    `${prefix}${name} ${operator} ${typeof value === 'number' ? `${value}.0` : quoted(value)}`;

const TURNED = { '<': '>', '>=': '<=', '==': '==', '!=': '!=' };

/** The same conditions in a form that the engine has no shortcut for: all of them are evaluated by the library. */
function turnedRound([name, operator, value]) {
  if (operator === 'in') return `(context.${name} in ${quoted(value)}) == true`;
  return `${typeof value === 'number' ? `${value}.0` : quoted(value)} ${TURNED[operator]} context.${name}`;
}

/** Documents as somebody posts them, checked, compiled, and the whole decision. */
function buildAgion(policies, inText) {
  const versioned = policies.map(({ id, agent, action, effect, priority, conditions }) => {
    const condition = conditions.map(inText).join(' && ');
    const scope = { agents: [agent], actions: [action] };
    const document = {
      apiVersion: 'agion/v1',
      kind: 'Policy',
      metadata: { id },
      spec: { scope, effect, priority, condition },
    };
    const { policy, faults } = checkPolicy(document);
    if (!policy) throw new Error(quoted(faults));
    return { document: policy, version: 1 };
  });
  const set = compilePolicies(versioned, { revision: 1, defaultEffect: 'deny' });
  return (request) => {
    const { decision, winner } = evaluate(set, request);
    return `${decision}:${winner === null ? 'default' : winner.policy}`;
  };
}

function toPolicyRequest({ agent, action, context }) {
  return {
    agent: { id: agent, trust: 0.5 },
    action: { name: action },
    env: { mode: 'bench' },
    arguments: {},
    context,
    at: 0,
  };
}

/** What to be measured against: the same index by agent and action, and nothing but the conditions, until one is true. */
function buildBareCel(policies) {
  const environment = new Environment({ unlistedVariablesAreDyn: true });
  const byScope = new Map();
  policies.forEach(({ id, agent, action, effect, conditions }, rank) => {
    const key = `${agent}|${action}`;
    const entry = {
      rank,
      answer: `${effect}:${id}`,
      condition: environment.parse(conditions.map(inCel('')).join(' && ')),
    };
    byScope.set(key, [...(byScope.get(key) ?? []), entry]);
  });
  const known = new Map();
  const find = ({ agent, container, action }) =>
    [agent, `${container}:*`, '*']
      .flatMap((who) => [`${who}|${action}`, `${who}|*`])
      .flatMap((key) => byScope.get(key) ?? [])
      .sort((a, b) => a.rank - b.rank);
  return (request) => {
    let actions = known.get(request.agent);
    if (!actions) known.set(request.agent, (actions = new Map()));
    let candidates = actions.get(request.action);
    if (!candidates) actions.set(request.action, (candidates = find(request)));
    for (const { condition, answer } of candidates) if (condition(request.context)) return answer;
    return 'deny:default';
  };
}

/** Priorities are not Cedar's business: the winner is the first of the policies it names. */
function buildCedar(policies) {
  const cedar = peer('@cedar-policy/cedar-wasm/nodejs');
  const inCedar = ([name, operator, value]) =>
    operator === 'in' ? `${quoted(value)}.contains(context.${name})` : `context.${name} ${operator} ${quoted(value)}`;
  const principal = (agent) => {
    if (agent === '*') return 'principal';
    return agent.endsWith(':*')
      ? `principal in Container::${quoted(agent.slice(0, -2))}`
      : `principal == Agent::${quoted(agent)}`;
  };
  const text = ({ agent, action, effect, conditions }) =>
    `${effect === 'deny' ? 'forbid' : 'permit'}(${principal(agent)}, ` +
    `${action === '*' ? 'action' : `action == Action::${quoted(action)}`}, resource) ` +
    `when { ${conditions.map(inCedar).join(' && ')} };`;
  const staticPolicies = Object.fromEntries(policies.map((policy) => [policy.id, text(policy)]));
  const parsed = cedar.preparsePolicySet('bench', { staticPolicies, templates: {}, templateLinks: [] });
  if (parsed.type !== 'success') throw new Error(quoted(parsed));
  const rank = new Map(policies.map(({ id }, position) => [id, position]));
  return (call) => {
    const answer = cedar.statefulIsAuthorized(call);
    if (answer.type !== 'success') throw new Error(quoted(answer));
    const { decision, diagnostics } = answer.response;
    const [winner = 'default'] = diagnostics.reason.sort((a, b) => rank.get(a) - rank.get(b));
    return `${decision}:${winner}`;
  };
}

function toCedarCall({ agent, container, action, context }) {
  const principal = { type: 'Agent', id: agent };
  return {
    principal,
    action: { type: 'Action', id: action },
    resource: { type: 'Resource', id: 'any' },
    context,
    entities: [{ uid: principal, attrs: {}, parents: [{ type: 'Container', id: container }] }],
    preparsedPolicySetId: 'bench',
  };
}

/** Names no policy when both effects are in play, so only the effect is compared. */
async function buildCasbin(policies) {
  const { newEnforcer, newModelFromString } = peer('casbin');
  const model = newModelFromString(`
[request_definition]
r = sub, con, act, ctx
[policy_definition]
p = sub, act, cond, eft
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = (p.sub == "*" || p.sub == r.sub || p.sub == r.con) && (p.act == "*" || p.act == r.act) && eval(p.cond)
`);
  const inCasbin = ([name, operator, value]) =>
    operator === 'in'
      ? `(${value.map((one) => `r.ctx.${name} == ${quoted(one)}`).join(' || ')})`
      : `r.ctx.${name} ${operator} ${quoted(value)}`;
  const enforcer = await newEnforcer(model);
  await enforcer.addPolicies(
    policies.map(({ agent, action, conditions, effect }) => [
      agent,
      action,
      conditions.map(inCasbin).join(' && '),
      effect,
    ]),
  );
  return async ({ agent, container, action, context }) =>
    (await enforcer.enforce(agent, `${container}:*`, action, context)) ? 'allow' : 'deny';
}

function buildJsonRules(policies) {
  const { Engine } = peer('json-rules-engine');
  const operators = { '<': 'lessThan', '>=': 'greaterThanInclusive', '==': 'equal', '!=': 'notEqual', in: 'in' };
  const scopeOf = ({ agent, action }) => [
    ...(agent === '*' ? [] : [agent.endsWith(':*') ? ['container', '==', agent.slice(0, -2)] : ['agent', '==', agent]]),
    ...(action === '*' ? [] : [['action', '==', action]]),
  ];
  const engine = new Engine([], { allowUndefinedFacts: true });
  policies.forEach((policy, rank) => {
    const all = [...scopeOf(policy), ...policy.conditions].map(([fact, operator, value]) => ({
      fact,
      operator: operators[operator],
      value,
    }));
    engine.addRule({ conditions: { all }, event: { type: policy.effect, params: { id: policy.id, rank } } });
  });
  return async (facts) => {
    const { events } = await engine.run(facts);
    const [winner] = events.sort((a, b) => a.params.rank - b.params.rank);
    return winner ? `${winner.type}:${winner.params.id}` : 'deny:default';
  };
}

function toFacts({ agent, container, action, context }) {
  return { agent, container, action, ...context };
}
