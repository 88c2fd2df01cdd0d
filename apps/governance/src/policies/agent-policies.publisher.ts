import { type RedisConnection } from '@agion/messaging';
import { COMMAND_REDIS, LOGGER } from '@agion/service-kit';
import { keys, type Organization } from '@agion/wire';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { LatestRun } from './latest-run.js';
import { AgentSets } from './agent-sets.js';
import type { PolicyState } from './policy-record.js';
import { type OrganizationPolicies, PolicySnapshots } from './policy-snapshots.service.js';

/** Agents of an organization whose keys are kept; beyond that, those that have not asked for the longest time lose theirs. */
const MAX_READERS = 10_000;
/** Seconds a key outlives both the last question and the last change: 30 days. */
const KEPT = 2_592_000;
/** Policies a key names; with more, a change for a thousand agents would write a hundred megabytes. */
const MOST_IDS = 1_000;
/** Keys written together. */
const BATCH = 200;

/** Writes unless a later state stands there already: replicas do not wait for each other. */
const WRITE = `
local old = redis.call('GET', KEYS[1])
if old then
  local read, value = pcall(cjson.decode, old)
  if read and type(value) == 'table' and (tonumber(value.revision) or 0) > tonumber(ARGV[2]) then return 0 end
end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[3])
return 1`;

/**
 * `agent:{id}:policies`: what governance last said about an agent, which heartbeats hand on. Written when an agent asks for its
 * policies, and for all who ever did when something has changed.
 */
@Injectable()
export class AgentPoliciesPublisher {
  private readonly refreshes = new Map<string, LatestRun<void>>();
  private readonly sets = new WeakMap<OrganizationPolicies, AgentSets>();
  private readonly seen = new Map<string, { text: string; checked: boolean }>();

  constructor(
    @Inject(COMMAND_REDIS) private readonly redis: RedisConnection,
    private readonly snapshots: PolicySnapshots,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** An agent has asked. */
  async asked({ slug }: Organization, agentId: string, policies: OrganizationPolicies, at = Date.now()): Promise<void> {
    try {
      await this.write(slug, [agentId], policies);
      await this.redis.zadd(keys.policyReaders(slug), at, agentId);
    } catch (error) {
      this.logger.warn({ err: error, organization: slug, agent_id: agentId }, "an agent's policies could not be noted");
    }
  }

  /** Something has changed: for every agent that has asked once. One pass at a time; the next one has the latest state. */
  async changed(organization: Organization): Promise<void> {
    let refresh = this.refreshes.get(organization.id);
    if (!refresh) {
      refresh = new LatestRun(() => this.rewrite(organization));
      this.refreshes.set(organization.id, refresh);
    }
    try {
      await refresh.ask();
    } catch (error) {
      this.logger.warn({ err: error, organization: organization.slug }, "agents' policies could not be noted");
    }
  }

  /**
   * Called with each beat. One beat after a state has been seen, whoever made it so has noted it for all agents, or has died before;
   * then it is noted from here.
   */
  async keep(organization: Organization, state: PolicyState): Promise<void> {
    const text = stateText(state);
    const seen = this.seen.get(organization.id);
    if (state.revision === 0 || (seen?.text === text && seen.checked)) return;
    this.seen.set(organization.id, { text, checked: seen?.text === text });
    if (seen?.text !== text) return;
    try {
      if ((await this.redis.get(keys.policyReadersState(organization.slug))) !== text) await this.changed(organization);
    } catch (error) {
      this.seen.delete(organization.id);
      this.logger.debug({ err: error, organization: organization.slug }, 'state of the keys of agents is not known');
    }
  }

  private async rewrite(organization: Organization): Promise<void> {
    const readers = keys.policyReaders(organization.slug);
    await this.forget(organization.slug, await this.redis.zrange(readers, '0', `-${MAX_READERS + 1}`));
    const agents = await this.redis.zrange(readers, '0', '-1');
    const policies = await this.snapshots.newest(organization);
    for (let start = 0; start < agents.length; start += BATCH)
      await this.write(organization.slug, agents.slice(start, start + BATCH), policies);
    await this.redis.set(keys.policyReadersState(organization.slug), stateText(policies));
  }

  private async forget(slug: string, agents: string[]): Promise<void> {
    for (let start = 0; start < agents.length; start += BATCH) {
      const some = agents.slice(start, start + BATCH);
      await this.redis.del(...some.map((agentId) => keys.agentPolicies(slug, agentId)));
      await this.redis.zrem(keys.policyReaders(slug), ...some);
    }
  }

  private setsOf(policies: OrganizationPolicies): AgentSets {
    let sets = this.sets.get(policies);
    if (!sets) this.sets.set(policies, (sets = new AgentSets(policies.policies)));
    return sets;
  }

  private async write(slug: string, agents: readonly string[], policies: OrganizationPolicies): Promise<void> {
    const { revision, epoch, stopped } = policies;
    const pipeline = this.redis.pipeline();
    const sets = this.setsOf(policies);
    for (const agentId of agents) {
      const ids = sets
        .of(agentId)
        .policies.slice(0, MOST_IDS)
        .map(({ id }) => id);
      const value = JSON.stringify({ revision, policies: ids, epoch, stopped });
      pipeline.eval(WRITE, 1, keys.agentPolicies(slug, agentId), value, revision, KEPT);
    }
    for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
  }
}

const stateText = ({ revision, epoch, stopped }: PolicyState): string => `${revision} ${epoch} ${stopped}`;
