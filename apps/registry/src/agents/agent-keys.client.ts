import { Inject, Injectable } from '@nestjs/common';
import { COMMAND_REDIS, LOGGER, UnavailableError } from '@agion/service-kit';
import { keys } from '@agion/wire';
import type { Logger } from 'pino';
import { type GovernanceWord, governanceWord, parseTrust } from './governance-word.js';
import { LEASE_SECONDS } from './lease.js';

/** What is used of the Redis connection. */
interface KeyCommands {
  mget(keys: string[]): Promise<(string | null)[]>;
  set(key: string, value: string, unit: 'EX', seconds: number): Promise<unknown>;
  del(key: string): Promise<unknown>;
}

/** The plain Redis keys of agents: governance's words, and the registry's own sign of life. */
@Injectable()
export class AgentKeysClient {
  constructor(
    @Inject(COMMAND_REDIS) private readonly redis: KeyCommands,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @throws UnavailableError when Redis does not answer: whether an agent is stopped must not be guessed */
  async governanceWord(slug: string, agentId: string): Promise<GovernanceWord> {
    const [policies, trust] = await this.read([keys.agentPolicies(slug, agentId), keys.trustScore(slug, agentId)]);
    return governanceWord(policies, trust);
  }

  /** Trust scores in the order of the ids. @throws UnavailableError when Redis does not answer */
  async trustScores(slug: string, agentIds: readonly string[]): Promise<(number | null)[]> {
    if (agentIds.length === 0) return [];
    const values = await this.read(agentIds.map((agentId) => keys.trustScore(slug, agentId)));
    return agentIds.map((_, index) => parseTrust(values[index]));
  }

  /** Shows others that the agent lives. The lease in Postgres is the truth, so a failure is only logged. */
  async alive(slug: string, agentId: string): Promise<void> {
    const value = new Date().toISOString();
    await this.attempt(this.redis.set(keys.heartbeat(slug, agentId), value, 'EX', LEASE_SECONDS), agentId);
  }

  /** The agent has gone, in good order. */
  async gone(slug: string, agentId: string): Promise<void> {
    await this.attempt(this.redis.del(keys.heartbeat(slug, agentId)), agentId);
  }

  private async read(names: string[]): Promise<(string | null)[]> {
    try {
      return await this.redis.mget(names);
    } catch (error) {
      throw Object.assign(new UnavailableError('redis does not answer the registry', 2), { cause: error });
    }
  }

  private async attempt(command: Promise<unknown>, agentId: string): Promise<void> {
    try {
      await command;
    } catch (error) {
      this.logger.warn({ err: error, agent_id: agentId }, 'heartbeat key could not be written');
    }
  }
}
