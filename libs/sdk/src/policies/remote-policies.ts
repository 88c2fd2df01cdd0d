import {
  compilePolicies,
  evaluate,
  type PolicyDocument,
  type PolicyRequest,
  type PolicySet,
  type VersionedPolicy,
} from '@agion/policy-engine';

/** What of an agent conditions may look at and only the platform knows for sure. */
export type Fact = 'trust' | 'tier' | 'status' | 'type' | 'framework' | 'mode';

/** The words by which a condition names a fact. A text or a member with the same name counts too: that costs a question, nothing more. */
const WORDS: Readonly<Record<Fact, RegExp>> = {
  trust: /\btrust\b/,
  tier: /\btier\b/,
  status: /\bstatus\b/,
  type: /\btype\b/,
  framework: /\bframework\b/,
  mode: /\benv\b/,
};
const FACTS = Object.keys(WORDS) as Fact[];
/** Facts about a session are kept by the platform alone. */
const SESSION = /\bsession\b/;

/** All that this release understands of a policy. What has more in it is left to the platform. */
const KNOWN_MEMBERS: ReadonlySet<string> = new Set([
  'status',
  'mode',
  'priority',
  'tier',
  'scope',
  'condition',
  'effect',
  'message',
  'tests',
]);
const KNOWN_EFFECTS: ReadonlySet<string> = new Set(['allow', 'deny']);

/**
 * The policies that cannot be evaluated here, by the reason. A request in the scope of one of them is for the platform to decide:
 * limits, approvals, facts about sessions, whatever a later release adds, and facts about the agent that are not known right now.
 */
export class RemotePolicies {
  private readonly always: PolicySet;
  private readonly byFact: readonly (readonly [Fact, PolicySet])[];

  constructor(policies: readonly VersionedPolicy[]) {
    const always: VersionedPolicy[] = [];
    const byFact = new Map<Fact, VersionedPolicy[]>();
    for (const policy of policies) {
      const reasons = reasonsFor(policy.document);
      if (reasons === 'always') always.push(policy);
      else for (const fact of reasons) byFact.set(fact, [...(byFact.get(fact) ?? []), policy]);
    }
    this.always = scopesOf(always);
    this.byFact = [...byFact].map(([fact, some]) => [fact, scopesOf(some)] as const);
  }

  /** Whether a request is for the platform. @param isKnown whether a fact is known, and fresh */
  concern(request: PolicyRequest, isKnown: (fact: Fact) => boolean): boolean {
    if (isInScope(this.always, request)) return true;
    for (const [fact, set] of this.byFact) if (!isKnown(fact) && isInScope(set, request)) return true;
    return false;
  }
}

type Reasons = 'always' | readonly Fact[];

/** By the document, which is never changed: most of a set was in the one before. */
const knownReasons = new WeakMap<PolicyDocument, Reasons>();

function reasonsFor(document: PolicyDocument): Reasons {
  let reasons = knownReasons.get(document);
  if (!reasons) {
    const condition = document.spec.condition ?? '';
    reasons = isAlwaysRemote(document) ? 'always' : FACTS.filter((fact) => WORDS[fact].test(condition));
    knownReasons.set(document, reasons);
  }
  return reasons;
}

function isAlwaysRemote({ apiVersion, kind, spec }: PolicyDocument): boolean {
  return (
    SESSION.test(spec.condition ?? '') ||
    spec.mode !== 'enforce' ||
    !KNOWN_EFFECTS.has(spec.effect) ||
    (apiVersion as string) !== 'agion/v1' ||
    (kind as string) !== 'Policy' ||
    Object.keys(spec).some((member) => !KNOWN_MEMBERS.has(member))
  );
}

/** Denies without a condition fire exactly when a request is in their scope, and their index finds them without looking at others. */
const scopesOf = (policies: readonly VersionedPolicy[]): PolicySet =>
  compilePolicies(
    policies.map(({ document: { metadata, spec, ...rest }, version }) => {
      const { condition: _, ...unconditional } = spec;
      return { version, document: { ...rest, metadata, spec: { ...unconditional, status: 'active', effect: 'deny' } } };
    }),
    { revision: 0, defaultEffect: 'allow' },
  );

const isInScope = (set: PolicySet, request: PolicyRequest): boolean => set.size > 0 && !evaluate(set, request).allowed;
