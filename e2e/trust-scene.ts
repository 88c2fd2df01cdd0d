import { asOwner, eventually } from '@agion/testing';
import { GovernedAgent } from './governed-agent.js';
import type { Platform } from './platform.js';
import type { Fields, RawRedis } from './raw-redis.js';
import { signedBy } from './signed-service.js';
import type { ModelEvent } from './trust-model.js';

const STREAM = 'agion:events:trust';

/** An event of the model as an entry of the stream. */
export const eventFields = (
  agent: GovernedAgent,
  { dimension, severity, impact }: ModelEvent,
  eventId: string,
): Fields => ({
  event_id: eventId,
  agent_id: agent.id,
  event_type: 'task_completed',
  dimension,
  severity,
  impact: String(severity === 'positive' ? impact : -impact),
});

/** Agents, and what is said about them over the stream. */
export class TrustScene {
  private readonly signed: (fields: Fields) => Fields;

  constructor(
    private readonly platform: Platform,
    private readonly redis: RawRedis,
  ) {
    this.signed = signedBy(platform, 'execution', STREAM);
  }

  /** A new agent in a container of its own: a ceiling of one agent also holds for its neighbours. */
  agent(name: string): Promise<GovernedAgent> {
    return GovernedAgent.register(this.platform, this.redis, `${name}s:${name}`);
  }

  /** Sends events, with the signature of a service where the model says `platform`. @returns the entries */
  async send(agent: GovernedAgent, events: readonly ModelEvent[], prefix: string): Promise<Fields[]> {
    const entries = events.map((event, index) => {
      const fields = eventFields(agent, event, `${prefix}-${index}`);
      return event.source === 'platform' ? this.signed(fields) : fields;
    });
    await this.redis.appendAll(STREAM, entries);
    return entries;
  }

  /** How many events about an agent are recorded. */
  async recorded(agent: GovernedAgent): Promise<number> {
    const { rows } = await asOwner(this.platform.database, (client) =>
      client.query<{ events: number }>(
        'SELECT count(*)::int AS events FROM governance.trust_events WHERE agent_id = $1',
        [agent.id],
      ),
    );
    return rows[0]?.events ?? 0;
  }

  /** The score once so many events are recorded; over HTTP and in Redis it is the same. */
  async scoreAfter(agent: GovernedAgent, events: number): Promise<number> {
    await eventually(
      async () => {
        const found = await this.recorded(agent);
        if (found !== events) throw new Error(`${found} events are recorded instead of ${events}`);
      },
      { timeoutMs: 30_000, intervalMs: 50 },
    );
    return eventually(
      async () => {
        const { score, trust_score: trust } = await agent.trust();
        const kept = Number(await this.redis.call('GET', `agent:${agent.id}:trust_score`));
        if (kept !== trust || Math.abs(trust - score / 1_000) > 0.000_1)
          throw new Error(`redis has ${kept}, HTTP says ${score} and ${trust}`);
        return score as number;
      },
      { timeoutMs: 8_000 },
    );
  }
}
