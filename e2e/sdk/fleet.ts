import { AgionSDK, type AgionSDKOptions } from '@agion/sdk';
import { eventually } from '@agion/testing';
import type { Platform } from '../platform.js';
import { aPolicy } from '../policies.js';

/** Containers of a fleet do not start in the same instant; a platform that shares its process with all of them could not keep up. */
const STARTED_AT_ONCE = 50;

/** Agents of one container, each with an SDK of its own. */
export class Fleet {
  private constructor(
    private readonly platform: Platform,
    readonly members: readonly AgionSDK[],
  ) {}

  static async open(platform: Platform, count: number, options: Partial<AgionSDKOptions> = {}): Promise<Fleet> {
    const members = Array.from(
      { length: count },
      (_, index) =>
        new AgionSDK({
          agentId: `fleet:agent_${index}`,
          gatewayUrl: platform.url,
          redisUrl: platform.redis.url,
          ...options,
        }),
    );
    const fleet = new Fleet(platform, members);
    try {
      for (let first = 0; first < count; first += STARTED_AT_ONCE)
        await Promise.all(members.slice(first, first + STARTED_AT_ONCE).map((member) => member.initialize()));
    } catch (error) {
      await fleet.close();
      throw error;
    }
    return fleet;
  }

  async close(): Promise<void> {
    await Promise.all(this.members.map((member) => member.close()));
  }

  /** Revisions the members decide by. */
  get revisions(): number[] {
    return this.members.map((member) => member.getMetrics().policy_engine.policy_revision);
  }

  /** Allows or denies an action to all of them. @returns milliseconds from sending the change until every member decides by it */
  async change(effect: 'allow' | 'deny', { timeoutMs = 5_000 } = {}): Promise<number> {
    const next = Math.max(...this.revisions) + 1;
    const startedAt = performance.now();
    await publish(this.platform, effect);
    await this.decides(effect, next, timeoutMs);
    return performance.now() - startedAt;
  }

  /** Resolves when every member is at this revision, and decides so. */
  async decides(effect: 'allow' | 'deny', revision: number, timeoutMs: number): Promise<void> {
    await eventually(
      () => {
        const late = this.revisions.filter((one) => one < revision);
        if (late.length > 0) throw new Error(`not yet at revision ${revision}: ${late.join()}`);
      },
      { timeoutMs, intervalMs: 2 },
    );
    const decisions = this.members.map((member) => member.checkLocally({ action: ACTION }).decision);
    if (decisions.some((decision) => decision !== effect)) throw new Error(`not \`${effect}\`: ${decisions.join()}`);
  }
}

const ACTION = 'send_report';

/** Puts the fleet's one policy in force. */
export async function publish(platform: Platform, effect: 'allow' | 'deny'): Promise<void> {
  const token = await platform.person('admin');
  const body = aPolicy({ id: 'reports', effect, agents: ['fleet:*'], actions: [ACTION] });
  const put = await platform.call('PUT', '/api/v1/policies/reports', { token, body });
  const answer = put.status === 404 ? await platform.call('POST', '/api/v1/policies', { token, body }) : put;
  if (answer.status >= 300) throw new Error(`the policy was not published: ${JSON.stringify(answer.body)}`);
}

/** The value that a share of all values stays at or below. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}
