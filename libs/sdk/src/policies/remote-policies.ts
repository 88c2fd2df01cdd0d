import {
  compilePolicies,
  evaluate,
  isKnownObligation,
  POLICY_EFFECTS,
  POLICY_MODES,
  type PolicyDocument,
  type PolicyRequest,
  type PolicySet,
  SPEC_MEMBERS,
  type VersionedPolicy,
} from '@agion/policy-engine';

/** What of an agent conditions may look at and only the platform knows for sure. */
export type Fact = 'trust' | 'tier' | 'status' | 'type' | 'framework' | 'mode';

/**
 * Whether a condition names a variable: not a member of something else. What only looks like it costs a question to the platform, and
 * nothing more.
 */
function namer(name: string): (condition: string) => boolean {
  const word = new RegExp(`\\b${name}\\b`);
  const variable = new RegExp(`(?<![\\w)\\]"'\`]\\s*\\.\\s*)\\b${name}\\b`);
  // A comment may end in what looks like the object of a member.
  return (condition) => (condition.includes('//') ? word : variable).test(condition);
}

const namesAgent = namer('agent');
const namesEnv = namer('env');
/** Facts about a session are kept by the platform alone. */
const namesSession = namer('session');

/** The words by which a condition that looks at the agent names a fact. */
const WORDS: Readonly<Record<Exclude<Fact, 'mode'>, RegExp>> = {
  trust: /\btrust\b/,
  tier: /\btier\b/,
  status: /\bstatus\b/,
  type: /\btype\b/,
  framework: /\bframework\b/,
};

function factsIn(condition: string): Fact[] {
  const facts: Fact[] = namesEnv(condition) ? ['mode'] : [];
  if (!namesAgent(condition)) return facts;
  for (const fact of Object.keys(WORDS) as (keyof typeof WORDS)[]) if (WORDS[fact].test(condition)) facts.push(fact);
  return facts;
}

/** All that this release understands of a policy. What has more in it is left to the platform. */
const KNOWN_MEMBERS: ReadonlySet<string> = new Set(SPEC_MEMBERS);
const KNOWN_EFFECTS: ReadonlySet<string> = new Set(POLICY_EFFECTS);
const KNOWN_MODES: ReadonlySet<string> = new Set(POLICY_MODES);

/** What no agent is ever told. */
const NEVER_KNOWN: ReadonlySet<Fact> = new Set<Fact>(['tier', 'status', 'mode']);

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
    for (const policy of policies.filter(isEnforced)) {
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

/** Whether a policy is one of them, whatever the reason. */
export const isRemote = (policy: VersionedPolicy): boolean =>
  isEnforced(policy) && reasonsFor(policy.document).length > 0;

/** A shadow policy changes nothing: nobody is asked for its sake. */
const isEnforced = ({ document }: VersionedPolicy): boolean => document.spec.mode !== 'shadow';

/** Whether a policy takes part here: a shadow policy does not when only the platform could evaluate it. */
export function takesPart(policy: VersionedPolicy): boolean {
  if (isEnforced(policy)) return true;
  const reasons = reasonsFor(policy.document);
  return reasons !== 'always' && !reasons.some((fact) => NEVER_KNOWN.has(fact));
}

type Reasons = 'always' | readonly Fact[];

/** By the document, which is never changed: most of a set was in the one before. */
const knownReasons = new WeakMap<PolicyDocument, Reasons>();

function reasonsFor(document: PolicyDocument): Reasons {
  let reasons = knownReasons.get(document);
  if (!reasons) {
    const condition = document.spec.condition ?? '';
    reasons = isAlwaysRemote(document) ? 'always' : factsIn(condition);
    knownReasons.set(document, reasons);
  }
  return reasons;
}

function isAlwaysRemote({ apiVersion, kind, spec }: PolicyDocument): boolean {
  return (
    namesSession(spec.condition ?? '') ||
    !KNOWN_MODES.has(spec.mode) ||
    !(spec.obligations ?? []).every(isKnownObligation) ||
    !KNOWN_EFFECTS.has(spec.effect) ||
    (apiVersion as string) !== 'agion/v1' ||
    (kind as string) !== 'Policy' ||
    Object.keys(spec).some((member) => !KNOWN_MEMBERS.has(member))
  );
}

/** Denies without a condition fire exactly when a request is in their scope, and their index finds them without looking at others. */
const scopesOf = (policies: readonly VersionedPolicy[]): PolicySet =>
  policies.length === 0 ? NO_SCOPES : compiledScopes(policies);

const compiledScopes = (policies: readonly VersionedPolicy[]): PolicySet =>
  compilePolicies(
    policies.map(({ document: { metadata, spec, ...rest }, version }) => {
      const { condition: _, obligations: __, ...unconditional } = spec;
      const scope = { ...unconditional, status: 'active', mode: 'enforce', effect: 'deny' } as const;
      return { version, document: { ...rest, metadata, spec: scope } };
    }),
    { revision: 0, defaultEffect: 'allow' },
  );

const NO_SCOPES = compilePolicies([], { revision: 0, defaultEffect: 'allow' });

const isInScope = (set: PolicySet, request: PolicyRequest): boolean => set.size > 0 && !evaluate(set, request).allowed;
