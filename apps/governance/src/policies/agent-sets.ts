import { createHash } from 'node:crypto';
import { matchesGlob, type VersionedPolicy } from '@agion/policy-engine';
import { LRUCache } from 'lru-cache';
import { bundled, type BundledPolicy, digestOf, hashOf } from './policy-bundle.js';

/** What agents in the same scopes have: one list, one hash and one digest for all of them. */
export class AgentSet {
  #hash: string | undefined;
  #digest: string | undefined;

  /** @param policies sorted by id, by code unit */
  constructor(readonly policies: readonly BundledPolicy[]) {}

  /** Made when somebody asks, and once. */
  get hash(): string {
    return (this.#hash ??= hashOf(this.policies));
  }

  get digest(): string {
    return (this.#digest ??= digestOf(this.policies));
  }

  /** Without looking at the others. */
  find(id: string): BundledPolicy | undefined {
    let [low, high] = [0, this.policies.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.policies[middle]?.id ?? '') < id) low = middle + 1;
      else high = middle;
    }
    const found = this.policies[low];
    return found?.id === id ? found : undefined;
  }
}

/** Sets of one revision that are kept at hand. */
const MOST_SETS = 2_000;

/** The policies that name the same agents. */
interface Selector {
  /** The names and patterns, as one text. */
  readonly text: string;
  readonly globs: readonly string[];
}

/** By the document, which never changes. */
const selectors = new WeakMap<VersionedPolicy['document'], Selector>();

function selectorOf({ document }: VersionedPolicy): Selector {
  let known = selectors.get(document);
  if (!known) {
    const globs = document.spec.scope.agents;
    known = { text: JSON.stringify(globs), globs };
    selectors.set(document, known);
  }
  return known;
}

/**
 * The policies of a revision by the agents they can match. A thousand agents that hear of a change are in a few sets: what is made for
 * one of them is there for the others. What a change did not touch is taken over from the revision before.
 */
export class AgentSets {
  /** Exact names, whole containers (`demo:*`) and `*`; other patterns have to be tried. */
  readonly #byName = new Map<string, Set<string>>();
  readonly #patterns: { glob: string; selector: string }[] = [];
  readonly #sets = new LRUCache<string, AgentSet>({ max: MOST_SETS });

  #before: AgentSets | undefined;

  /** @param policies sorted by id; `before`: those of an earlier revision */
  constructor(
    private readonly policies: readonly VersionedPolicy[],
    before?: AgentSets,
  ) {
    this.#before = before;
    if (before) before.#before = undefined; // else each revision would hold all before it
    const seen = new Set<string>();
    for (const policy of policies) {
      const selector = selectorOf(policy);
      if (seen.has(selector.text)) continue;
      seen.add(selector.text);
      for (const glob of selector.globs) this.#add(glob, selector.text);
    }
  }

  of(agentId: string): AgentSet {
    const matching = this.#matching(agentId);
    const key = createHash('sha256')
      .update([...matching].sort().join('\n'))
      .digest('base64');
    let set = this.#sets.get(key);
    if (!set) {
      const own = this.policies.filter((policy) => matching.has(selectorOf(policy).text)).map(bundled);
      const earlier = this.#before && this.#before.#sets.peek(key);
      set = earlier && isSame(earlier.policies, own) ? earlier : new AgentSet(own);
      this.#sets.set(key, set);
    }
    return set;
  }

  #add(glob: string, selector: string): void {
    if (glob.replace(/(^|:)\*$/, '').includes('*')) {
      this.#patterns.push({ glob, selector });
      return;
    }
    const known = this.#byName.get(glob);
    if (known) known.add(selector);
    else this.#byName.set(glob, new Set([selector]));
  }

  #matching(agentId: string): Set<string> {
    const colon = agentId.indexOf(':');
    const names = colon < 0 ? [agentId, '*'] : [agentId, `${agentId.slice(0, colon)}:*`, '*'];
    const found = new Set<string>();
    for (const name of names) for (const selector of this.#byName.get(name) ?? []) found.add(selector);
    for (const { glob, selector } of this.#patterns) if (matchesGlob(glob, agentId)) found.add(selector);
    return found;
  }
}

const isSame = (one: readonly BundledPolicy[], other: readonly BundledPolicy[]): boolean =>
  one.length === other.length && one.every((policy, index) => policy === other[index]);
