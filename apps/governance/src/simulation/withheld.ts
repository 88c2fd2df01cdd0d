import {
  type AttributeMember,
  conditionLooksAt,
  matchesGlob,
  type PolicyRequest,
  REDACTED_MARK,
} from '@agion/policy-engine';
import type { PolicyDocument } from '../policies/policy-record.js';

/** What the ledger does not have of what was asked, and why. */
export interface Withheld {
  readonly because: 'inputs_truncated' | 'inputs_redacted';
  readonly members: readonly AttributeMember[];
}

const OWNERS = ['context', 'arguments'] as const;
/** What was too large was left away whole. */
const ALL: Withheld = { because: 'inputs_truncated', members: OWNERS.map((owner) => ({ owner, field: null })) };

/** Null when the request is there as it was made. */
export function withheldFrom(request: PolicyRequest, truncated: boolean): Withheld | null {
  if (truncated) return ALL;
  const members = OWNERS.flatMap((owner) =>
    Object.entries(request[owner]).flatMap(([field, value]) => (isMarked(value) ? [{ owner, field }] : [])),
  );
  return members.length === 0 ? null : { because: 'inputs_redacted', members };
}

function isMarked(value: unknown): boolean {
  const text = JSON.stringify(value);
  return text.includes(REDACTED_MARK) || text.includes('[redacted');
}

/** Drafts, and which of them look at what is withheld: what they come to cannot be told. */
export class Drafts {
  private readonly looked = new Map<string, boolean>();

  constructor(private readonly drafts: readonly PolicyDocument[]) {}

  /** Whether there is one of this policy. */
  has(policy: string): boolean {
    return this.drafts.some(({ metadata }) => metadata.id === policy);
  }

  /** Whether one that speaks about the request looks at what is withheld. */
  lookAt({ agent, action }: PolicyRequest, { members }: Withheld): boolean {
    return this.drafts.some(
      ({ spec: { status, scope, condition } }) =>
        status !== 'archived' &&
        condition !== undefined &&
        scope.agents.some((glob) => matchesGlob(glob, agent.id)) &&
        scope.actions.some((glob) => matchesGlob(glob, action.name)) &&
        this.looksAt(condition, members),
    );
  }

  /** Ids of those that look at nothing withheld: what they say, they say whatever that was. Where nothing is, all of them. */
  unaffected(withheld: Withheld | null): ReadonlySet<string> {
    const members = withheld?.members ?? [];
    const unaffected = this.drafts.filter(({ spec: { condition: text } }) => !text || !this.looksAt(text, members));
    return new Set(unaffected.map(({ metadata }) => metadata.id));
  }

  private looksAt(condition: string, members: readonly AttributeMember[]): boolean {
    return members.some((member) => {
      const key = JSON.stringify([condition, member.owner, member.field]);
      const known = this.looked.get(key);
      if (known !== undefined) return known;
      const looks = conditionLooksAt(condition, member);
      if (this.looked.size < MOST_REMEMBERED) this.looked.set(key, looks);
      return looks;
    });
  }
}

/** Names of members come from outside, so there is an end to it. */
const MOST_REMEMBERED = 10_000;
