import { createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A webhook as it came. */
export interface ReceivedWebhook {
  path: string;
  method: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A receiver as a customer would run one: it keeps what came and answers as the test says. */
export class WebhookReceiver {
  readonly received: ReceivedWebhook[] = [];
  answer: (received: ReceivedWebhook, response: ServerResponse) => void = (_, response) => response.end();
  private readonly server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { url: path = '', method = '', headers } = request;
      const received = { path, method, headers, body: Buffer.concat(chunks).toString() };
      this.received.push(received);
      this.answer(received, response);
    });
  });

  async listen(): Promise<this> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return this;
  }

  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  url(path: string): string {
    return `http://${this.host}${path}`;
  }

  at(path: string): ReceivedWebhook[] {
    return this.received.filter((webhook) => webhook.path === path);
  }

  idsAt(path: string): string[] {
    return this.at(path).map(({ headers }) => String(headers['webhook-id']));
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

const FIVE_MINUTES = 300;

/** The verification of Standard Webhooks, written from its text: true when one of the signatures is right and the time is now. */
export function isGenuine({ headers, body }: ReceivedWebhook, secret: string): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': given } = headers;
  if (typeof id !== 'string' || typeof time !== 'string' || typeof given !== 'string') return false;
  if (Math.abs(Date.now() / 1_000 - Number(time)) > FIVE_MINUTES) return false;
  const [, encoded = ''] = secret.split('whsec_');
  const expected = createHmac('sha256', Buffer.from(encoded, 'base64')).update([id, time, body].join('.')).digest();
  return given.split(' ').some((candidate) => {
    const [version, signature = ''] = candidate.split(',');
    const bytes = Buffer.from(signature, 'base64');
    return version === 'v1' && bytes.length === expected.length && timingSafeEqual(bytes, expected);
  });
}
