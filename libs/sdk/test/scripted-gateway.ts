import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as it came in. */
export interface Received {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: unknown;
}

/** What is answered to it; `silent`: nothing is. */
export type Scripted =
  { status?: number; headers?: Record<string, string>; body?: unknown; text?: string } | { silent: true };

/** A real HTTP server that answers as a test says, and keeps what it was asked. */
export interface ScriptedGateway {
  readonly url: string;
  readonly received: Received[];
  answer(how: (request: Received) => Scripted | Promise<Scripted>): void;
  stop(): Promise<void>;
}

export async function startScriptedGateway(): Promise<ScriptedGateway> {
  const received: Received[] = [];
  let how: (request: Received) => Scripted | Promise<Scripted> = () => ({ body: {} });
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const { method = '', url: path = '', headers } = request;
      const one = { method, path, headers, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
      received.push(one);
      void Promise.resolve(how(one)).then((answer) => {
        if ('silent' in answer) return;
        const { status = 200, headers: extra = {}, body, text: raw } = answer;
        response.writeHead(status, { 'content-type': 'application/json', ...extra });
        response.end(raw ?? (body === undefined ? '' : JSON.stringify(body)));
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answer: (next) => (how = next),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
