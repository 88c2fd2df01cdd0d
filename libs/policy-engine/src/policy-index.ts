import { hasStar, matchesGlob } from './glob.js';
import { byImportance, type CompiledPolicy } from './compile.js';

/** Policies in the scope of one agent and one action, the most important first. */
export interface Candidates {
  denies: readonly CompiledPolicy[];
  allows: readonly CompiledPolicy[];
  /** Allows with obligations, which hold for denials too. */
  duties: readonly CompiledPolicy[];
  /** Of either effect: they are evaluated and change nothing. */
  shadows: readonly CompiledPolicy[];
}

/** Pairs of agent and action that are remembered; names come from outside, so there is an end to it. */
const MOST_PAIRS = 20_000;

const ANY = '*';

/**
 * Finds the policies for an agent and an action without looking at the others. Exact names, whole containers (`demo:*`) and `*` are
 * found by name; other globs are tried one by one, but only those whose other half fits.
 */
export class PolicyIndex {
  readonly #byAction = new Map<string, AgentIndex>();
  #actionGlobs: string[] = [];
  readonly #known = new Map<string, Map<string, Candidates>>();
  #pairs = 0;

  constructor(policies: readonly CompiledPolicy[]) {
    for (const policy of policies) this.#add(policy);
  }

  /** An index of other policies in place of some of these. It shares whatever stands under actions that none of them names. */
  amended(gone: readonly Named[], come: readonly CompiledPolicy[]): PolicyIndex {
    const ids = new Set(gone.map(({ id }) => id));
    const next = new PolicyIndex([]);
    for (const [action, agents] of this.#byAction) next.#byAction.set(action, agents);
    for (const action of new Set([...gone, ...come].flatMap(({ scope }) => scope.actions))) {
      const left = this.#byAction.get(action)?.without(ids);
      if (left && !left.isEmpty) next.#byAction.set(action, left);
      else next.#byAction.delete(action);
    }
    next.#actionGlobs = this.#actionGlobs.filter((glob) => next.#byAction.has(glob));
    for (const policy of come) next.#add(policy);
    return next;
  }

  candidates(agentId: string, action: string): Candidates {
    const known = this.#known.get(agentId)?.get(action);
    return known ?? this.#remember(agentId, action, this.#find(agentId, action));
  }

  #add(policy: CompiledPolicy): void {
    for (const action of distinct(policy.scope.actions))
      for (const agent of distinct(policy.scope.agents)) this.#agentsFor(action).add(agent, policy);
  }

  #agentsFor(action: string): AgentIndex {
    const known = this.#byAction.get(action);
    if (known) return known;
    const agents = new AgentIndex();
    this.#byAction.set(action, agents);
    if (hasStar(action) && action !== ANY) this.#actionGlobs.push(action);
    return agents;
  }

  #find(agentId: string, action: string): Candidates {
    const found = new Set<CompiledPolicy>();
    this.#byAction.get(action)?.collect(agentId, found);
    this.#byAction.get(ANY)?.collect(agentId, found);
    for (const glob of this.#actionGlobs)
      if (matchesGlob(glob, action)) this.#byAction.get(glob)?.collect(agentId, found);
    const ordered = [...found].sort((a, b) => byImportance(a.matched, b.matched));
    const enforced = ordered.filter(({ isShadow }) => !isShadow);
    const allows = enforced.filter(({ effect }) => effect === 'allow');
    return {
      denies: enforced.filter(({ effect }) => effect === 'deny'),
      allows,
      duties: allows.filter(({ isBound }) => isBound),
      shadows: ordered.filter(({ isShadow }) => isShadow),
    };
  }

  #remember(agentId: string, action: string, candidates: Candidates): Candidates {
    if (this.#pairs >= MOST_PAIRS) {
      this.#known.clear();
      this.#pairs = 0;
    }
    const actions = this.#known.get(agentId) ?? new Map<string, Candidates>();
    this.#known.set(agentId, actions);
    actions.set(action, candidates);
    this.#pairs++;
    return candidates;
  }
}

/** What of a policy it is found by. */
export type Named = Pick<CompiledPolicy, 'id' | 'scope'>;

class AgentIndex {
  readonly #byName = new Map<string, CompiledPolicy[]>();
  #globs: { glob: string; policy: CompiledPolicy }[] = [];

  get isEmpty(): boolean {
    return this.#byName.size === 0 && this.#globs.length === 0;
  }

  without(ids: ReadonlySet<string>): AgentIndex {
    const left = new AgentIndex();
    for (const [name, policies] of this.#byName) {
      const some = policies.filter(({ id }) => !ids.has(id));
      if (some.length > 0) left.#byName.set(name, some);
    }
    left.#globs = this.#globs.filter(({ policy }) => !ids.has(policy.id));
    return left;
  }

  add(agent: string, policy: CompiledPolicy): void {
    if (!isNamed(agent)) {
      this.#globs.push({ glob: agent, policy });
      return;
    }
    const known = this.#byName.get(agent);
    if (known) known.push(policy);
    else this.#byName.set(agent, [policy]);
  }

  collect(agentId: string, into: Set<CompiledPolicy>): void {
    const colon = agentId.indexOf(':');
    for (const name of colon < 0 ? [agentId, ANY] : [agentId, `${agentId.slice(0, colon)}:*`, ANY])
      for (const policy of this.#byName.get(name) ?? []) into.add(policy);
    for (const { glob, policy } of this.#globs) if (matchesGlob(glob, agentId)) into.add(policy);
  }
}

/** Most policies name one of each, and then there is nothing to look for. */
const distinct = (names: readonly string[]): Iterable<string> => (names.length < 2 ? names : new Set(names));

/** `*`, `container:*` and names without a star. */
function isNamed(agent: string): boolean {
  if (agent === ANY || !hasStar(agent)) return true;
  const container = agent.endsWith(':*') ? agent.slice(0, -2) : '*';
  return !hasStar(container) && !container.includes(':');
}
