import { Inject, Injectable } from '@nestjs/common';
import { COMMAND_REDIS } from '@agion/service-kit';
import { keys } from '@agion/wire';

/** What is used of the Redis connection. */
interface KeyCommands {
  mset(values: string[]): Promise<unknown>;
}

/** Writes `agent:{id}:trust_score`: what everybody else knows of an agent's trust. */
@Injectable()
export class TrustKeysPublisher {
  constructor(@Inject(COMMAND_REDIS) private readonly redis: KeyCommands) {}

  /** @param scores decimal 0–1 */
  async write(slug: string, scores: readonly { agentId: string; trustScore: number }[]): Promise<void> {
    if (scores.length === 0) return;
    await this.redis.mset(
      scores.flatMap(({ agentId, trustScore }) => [keys.trustScore(slug, agentId), String(trustScore)]),
    );
  }
}
