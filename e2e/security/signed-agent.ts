import { createHmac, randomUUID } from 'node:crypto';
import type { Platform } from '../platform.js';
import type { Fields } from '../raw-redis.js';

/** An agent of a production platform: registered by an operator, it signs what it writes to streams by the contract alone. */
export class SignedAgent {
  private constructor(
    readonly id: string,
    readonly token: string,
    readonly streamKey: string,
    private readonly platform: Platform,
  ) {}

  static async register(platform: Platform, id: string): Promise<SignedAgent> {
    const { status, body } = await platform.call('POST', '/api/v1/agents/register', {
      token: await platform.person('operator'),
      body: { agent_id: id, name: id },
    });
    if (status !== 201) throw new Error(`registration was answered ${status}`);
    return new SignedAgent(id, body.token as string, body.stream_key as string, platform);
  }

  /** The fields with `sig`, over sorted JSON without spaces. */
  sign(stream: string, fields: Fields, key = this.streamKey): Fields {
    const sorted = Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)));
    const sig = createHmac('sha256', key)
      .update(JSON.stringify({ fields: sorted, stream }))
      .digest('base64url');
    return { ...fields, sig };
  }

  /** A trust event about this agent. */
  trustEvent(more: Fields = {}): Fields {
    return {
      agent_id: this.id,
      event_id: randomUUID(),
      event_type: 'task_completed',
      severity: 'positive',
      impact: '0.05',
      ...more,
    };
  }

  async trust(): Promise<{ score: number; confidence: number; ceilings: unknown[] }> {
    return (await this.platform.call('GET', `/api/v1/agents/${this.id}/trust`, { token: this.token })).body;
  }
}
