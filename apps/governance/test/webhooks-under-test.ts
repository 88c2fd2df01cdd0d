import { asOwner } from '@agion/testing';
import { DEFAULT_ORGANIZATION, STREAMS, streamKey, type Organization } from '@agion/wire';
import { expect } from '@jest/globals';
import {
  append,
  call,
  fact,
  person,
  signed,
  startGovernance,
  type Answer,
  type Call,
  type RunningGovernance,
} from './running-governance.js';
import { WebhookReceiver } from './webhook-receiver.js';

export interface Created {
  id: string;
  secret: string;
}

/** Governance, and a receiver it may call. Attempts and waits are short. */
export class WebhooksUnderTest {
  private constructor(
    readonly running: RunningGovernance,
    readonly receiver: WebhookReceiver,
  ) {}

  static async start(): Promise<WebhooksUnderTest> {
    const receiver = await new WebhookReceiver().listen();
    const running = await startGovernance({
      AGION_OUTGOING_ALLOW_HOSTS: receiver.host,
      WEBHOOK_TIMEOUT_MS: '2000',
      WEBHOOK_FIRST_RETRY_MS: '100',
    });
    return new WebhooksUnderTest(running, receiver);
  }

  async stop(): Promise<void> {
    await this.running.stop();
    await this.receiver.close();
  }

  /** As an admin unless told. */
  to(method: string, path: string, options: Call = {}): Promise<Answer> {
    return call(this.running.url(), method, `/v1/webhooks${path}`, { as: person('admin'), ...options });
  }

  async create(path: string, types: string[] = ['agent.registered'], options: Call = {}): Promise<Created> {
    const body = { url: this.receiver.url(path), event_types: types };
    const answer = await this.to('POST', '', { body, ...options });
    expect(answer.status).toBe(201);
    return answer.body as Created;
  }

  async remove(...webhooks: readonly { id: string }[]): Promise<void> {
    for (const { id } of webhooks) await this.to('DELETE', `/${id}`);
  }

  /** Something happens. @returns its id in the trail */
  async happen(type = 'agent.registered', organization: Organization = DEFAULT_ORGANIZATION): Promise<string> {
    const { id, fields } = fact({ type, actor: person('operator', organization) });
    const stream = streamKey(organization.slug, STREAMS.audit);
    await append(this.running, stream, signed(stream, fields));
    return id;
  }

  async deliveryOf(webhookId: string, eventId: string): Promise<Record<string, unknown> | undefined> {
    const { body } = await this.to('GET', `/${webhookId}/deliveries`);
    return (body as { items: Record<string, unknown>[] }).items.find((item) => item.event_id === eventId);
  }

  rows<Row extends object>(text: string, ...values: unknown[]): Promise<Row[]> {
    return asOwner(this.running.database, async (client) => (await client.query<Row>(text, values)).rows);
  }
}
