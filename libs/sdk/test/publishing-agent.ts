import { asOwner } from '@agion/testing';
import { completeAgentId } from '@agion/wire';
import type { Platform } from '../../../e2e/platform.js';
import { EventBuffer, type EventBufferOptions } from '../src/events/event-buffer.js';
import type { EventOutlet } from '../src/events/event-outlet.js';
import { EventPublisher } from '../src/events/event-publisher.js';
import { HttpOutlet } from '../src/events/http-outlet.js';
import { RedisOutlet } from '../src/events/redis-outlet.js';
import { GatewayClient } from '../src/http/gateway.client.js';

/** A registered agent with a publisher, and a look at what the platform has recorded of it. */
export class PublishingAgent {
  readonly events: EventPublisher;
  readonly buffer: EventBuffer;
  /** Answers over HTTP do not come back while it is set. */
  losesAnswers = false;

  private constructor(
    private readonly platform: Platform,
    readonly id: string,
    public token: string,
    way: 'redis' | 'http',
    options: Partial<EventBufferOptions>,
  ) {
    this.buffer = new EventBuffer({ outlet: way === 'redis' ? this.overRedis() : this.overHttp(), ...options });
    const complete = (name: string): string => completeAgentId(name, id.split(':')[0] ?? '');
    this.events = new EventPublisher({ buffer: this.buffer, agentId: () => id, complete });
  }

  static async register(
    platform: Platform,
    id: string,
    way: 'redis' | 'http',
    options: Partial<EventBufferOptions> = {},
  ): Promise<PublishingAgent> {
    const answer = await platform.call('POST', '/api/v1/agents/register', { body: { agent_id: id, name: id } });
    if (answer.status >= 300) throw new Error(JSON.stringify(answer.body));
    return new PublishingAgent(platform, id, answer.body.token as string, way, options);
  }

  /** Rows about this agent, by a column. */
  async recorded(table: string, column: string): Promise<string[]> {
    const { rows } = await asOwner(this.platform.database, (client) =>
      client.query<{ id: string }>(`SELECT ${column} AS id FROM ${table} WHERE agent_id = $1`, [this.id]),
    );
    return rows.map(({ id }) => id);
  }

  private overRedis(): EventOutlet {
    const { url: redisUrl } = this.platform.redis;
    return new RedisOutlet({ redisUrl, organizationSlug: () => 'default', name: 'test:events' });
  }

  private overHttp(): EventOutlet {
    const lossy: typeof fetch = async (...request) => {
      const answer = await fetch(...request);
      if (this.losesAnswers) throw new TypeError('fetch failed', { cause: new Error('other side closed') });
      return answer;
    };
    return new HttpOutlet(new GatewayClient({ url: this.platform.url, token: () => this.token, fetch: lossy }));
  }

  /** How many events its trust is worked out from. */
  async counted(): Promise<number> {
    const { rows } = await asOwner(this.platform.database, (client) =>
      client.query<{ count: number }>(
        'SELECT coalesce(sum(count), 0)::int AS count FROM governance.trust_buckets WHERE agent_id = $1',
        [this.id],
      ),
    );
    return rows[0]?.count ?? 0;
  }
}

/** An event of no matter. */
export const SUCCESS = { eventType: 'task_completed', severity: 'positive', impact: 0.05 } as const;
