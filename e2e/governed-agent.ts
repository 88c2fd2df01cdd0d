import { randomUUID } from 'node:crypto';
import { eventually } from '@agion/testing';
import type { Answer, Platform } from './platform.js';
import type { Fields, RawRedis } from './raw-redis.js';

/** What an agent asks before it acts. */
export interface Question {
  action: string;
  resource?: string;
  context?: Record<string, unknown>;
  arguments?: Record<string, unknown>;
}

/** The parts of an answer that must not depend on the way it came. Trust may: each denial costs some. */
export interface Verdict {
  decision: string;
  allowed: boolean;
  reason: string;
  policies: unknown;
  revision: number;
}

const textOf = ({ action, resource, context, arguments: given }: Question): Fields => ({
  action,
  ...(resource !== undefined && { resource }),
  ...(context && { context: JSON.stringify(context) }),
  ...(given && { arguments: JSON.stringify(given) }),
});

/** An agent with nothing but HTTP and Redis. */
export class GovernedAgent {
  private constructor(
    private readonly platform: Platform,
    private readonly redis: RawRedis,
    readonly id: string,
    readonly token: string,
  ) {}

  static async register(platform: Platform, redis: RawRedis, id: string): Promise<GovernedAgent> {
    const { body } = await platform.call('POST', '/api/v1/agents/register', { body: { agent_id: id, name: id } });
    return new GovernedAgent(platform, redis, id, body.token);
  }

  /** `XADD governance:requests …`, then looks for its answer in `replyTo`. @returns the answer's fields */
  async askStream(question: Question, replyTo?: string): Promise<Fields> {
    const correlation = randomUUID();
    const request = { correlation_id: correlation, agent_id: this.id, ...textOf(question) };
    await this.redis.append('governance:requests', { ...request, ...(replyTo !== undefined && { reply_to: replyTo }) });
    return eventually(async () => {
      const entries = await this.redis.range(replyTo ?? 'governance:responses');
      const found = entries.find(({ fields }) => fields.correlation_id === correlation);
      if (!found) throw new Error(`no answer in ${replyTo ?? 'governance:responses'}`);
      return found.fields;
    });
  }

  /** `POST /api/v1/governance/check` */
  askHttp(question: Question, body: object = {}): Promise<Answer> {
    return this.platform.call('POST', '/api/v1/governance/check', {
      token: this.token,
      body: { agent_id: this.id, ...question, ...body },
    });
  }

  /** Reports an event about itself. */
  report(fields: Fields): Promise<string> {
    return this.redis.append('agion:events:trust', { agent_id: this.id, ...fields });
  }

  async trust(): Promise<Answer['body']> {
    return (await this.platform.call('GET', `/api/v1/agents/${this.id}/trust`, { token: this.token })).body;
  }
}

export const verdictOfFields = (fields: Fields): Verdict => ({
  decision: fields.decision ?? '',
  allowed: fields.allowed === 'true',
  reason: fields.reason ?? '',
  policies: JSON.parse(fields.policies ?? '[]'),
  revision: Number(fields.policy_revision),
});

export const verdictOfBody = ({ body }: Answer): Verdict => ({
  decision: body.decision,
  allowed: body.allowed,
  reason: body.reason,
  policies: body.matched,
  revision: body.policy_revision,
});
