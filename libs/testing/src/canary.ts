import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server that must not be called, or a control that must: it counts what reaches it, connections without a request too. */
export interface Canary {
  readonly port: number;
  /** Connections that were opened. */
  readonly connections: number;
  /** `GET /path` of each request. */
  readonly heard: readonly string[];
  close(): Promise<void>;
}

export type CanaryAnswer = (request: IncomingMessage, response: ServerResponse) => void;

/** @param answer default: an empty 200 */
export async function startCanary(answer: CanaryAnswer = (_, response) => void response.end('{}')): Promise<Canary> {
  const heard: string[] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    heard.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  server.on('connection', () => connections++);
  server.listen(0, '::'); // every address of this machine, of both families
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections;
    },
    heard,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
