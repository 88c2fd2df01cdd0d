import { eventually } from '@agion/testing';
import type { AgionSDK } from '@agion/sdk';
import type { Platform } from '../platform.js';
import { publish } from '../sdk/fleet.js';

type Effect = 'allow' | 'deny';

/** What was seen of a fleet while something was broken. */
export interface Seen extends Record<string, number> {
  decisions: number;
  wrong: number;
  'split ms': number;
}

/** Which effect is in force, since which revision. */
export interface Standing {
  revision: number;
  effect: Effect;
}

const LOOK_MS = 5;
const ACTION = 'send_report';

/**
 * Watches a fleet decide while its one policy changes. A decision is wrong when it is not what the revision says that it was made by (an
 * allow after a revoke that this SDK knows of, a deny without cause), when the revision is older than one it decided by before, and
 * when there is none although the policies are fresh. The fleet is split from a commit until all decide by it.
 */
export class PolicyWitness {
  private readonly effects = new Map<number, Effect>();
  private readonly newest = new Map<AgionSDK, number>();
  private readonly faults: string[] = [];
  private committed: number;
  private decisions = 0;
  private splitSince: number | null = null;
  private longestSplitMs = 0;
  private readonly timer: NodeJS.Timeout;

  /** @param effect that is in force at `revision` */
  constructor(
    private readonly platform: Platform,
    private readonly members: readonly AgionSDK[],
    { revision, effect }: Standing,
  ) {
    this.committed = revision;
    this.effects.set(revision, effect);
    this.timer = setInterval(() => this.look(), LOOK_MS);
  }

  get revision(): number {
    return this.committed;
  }

  /** Publishes the other effect. @returns when it is committed */
  async change(): Promise<void> {
    const effect = this.announce();
    await publish(this.platform, effect);
    this.commit();
  }

  /** What the next revision will say, for a change that is published by other means. */
  announce(): Effect {
    const effect = this.effects.get(this.committed) === 'allow' ? 'deny' : 'allow';
    this.effects.set(this.committed + 1, effect);
    return effect;
  }

  /** That change is committed. */
  commit(): void {
    this.committed += 1;
    this.splitSince ??= performance.now();
  }

  /** @returns milliseconds until every member decides by the newest revision */
  async converged(timeoutMs = 30_000): Promise<number> {
    const startedAt = performance.now();
    await eventually(
      () => {
        this.look();
        const late = this.members.filter((member) => revisionOf(member) < this.committed);
        if (late.length > 0) throw new Error(`${late.length} members are not at revision ${this.committed} yet`);
      },
      { timeoutMs, intervalMs: LOOK_MS },
    );
    return performance.now() - startedAt;
  }

  /** Looks no more. */
  close(): void {
    clearInterval(this.timer);
  }

  /** Ends it. @throws Error with the first faults when there are any */
  end(): Seen {
    this.close();
    this.look();
    if (this.faults.length > 0)
      throw new Error(`${this.faults.length} of ${this.decisions} are wrong: ${this.faults.slice(0, 3).join('; ')}`);
    return { decisions: this.decisions, wrong: 0, 'split ms': this.longestSplitMs };
  }

  private look(): void {
    let isSplit = false;
    for (const member of this.members) {
      isSplit ||= this.judge(member) < this.committed;
    }
    if (this.splitSince === null) return;
    this.longestSplitMs = Math.max(this.longestSplitMs, performance.now() - this.splitSince);
    if (!isSplit) this.splitSince = null;
  }

  /** @returns the revision it decides by */
  private judge(member: AgionSDK): number {
    const { decision, policyRevision, unavailable, reason } = member.checkLocally({ action: ACTION });
    this.decisions += 1;
    const { standing } = member.status.policies;
    if (unavailable) {
      if (decision !== 'deny') this.faults.push(`\`${decision}\` for want of a decision`);
      else if (standing === 'fresh') this.faults.push(`denied although the policies are fresh: ${reason}`);
      return revisionOf(member);
    }
    const before = this.newest.get(member) ?? 0;
    if (policyRevision < before) this.faults.push(`revision ${policyRevision} after ${before}`);
    this.newest.set(member, policyRevision);
    const expected = this.effects.get(policyRevision);
    if (decision !== expected)
      this.faults.push(`\`${decision}\` by revision ${policyRevision}, which says \`${expected}\``);
    return policyRevision;
  }
}

const revisionOf = (member: AgionSDK): number => member.status.policies.revision;

/**
 * Watches a fleet during a fault and until it is whole again.
 * @param standing brought up to what holds afterwards
 * @param during resolves with the milliseconds of the recovery
 */
export async function watched(
  platform: Platform,
  members: readonly AgionSDK[],
  standing: Standing,
  during: (witness: PolicyWitness) => Promise<number>,
): Promise<{ counts: Seen; recoveryMs: number }> {
  const witness = new PolicyWitness(platform, members, standing);
  try {
    const recoveryMs = await during(witness);
    await witness.converged();
    return { counts: witness.end(), recoveryMs };
  } finally {
    witness.close();
    if ((witness.revision - standing.revision) % 2 === 1)
      standing.effect = standing.effect === 'allow' ? 'deny' : 'allow';
    standing.revision = witness.revision;
  }
}
