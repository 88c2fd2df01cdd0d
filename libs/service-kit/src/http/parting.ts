import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Milliseconds without a request after which a connection is taken for unused. */
const QUIET_MS = 500;
/** Milliseconds it is waited for that, at most. */
const MOST_MS = 5_000;

/**
 * Lets clients go before a server closes. One that keeps its connections may send a request at the very moment the server ends them,
 * and cannot know whether it was heard: so each answer is the last of its connection from now on (RFC 9112, section 9.6), and the
 * server closes when nobody uses the connections that are left.
 */
export class Parting {
  private isParting = false;
  private readonly open = new Set<ServerResponse>();
  /** When each connection was last answered on; `busy` while it waits for an answer. */
  private readonly used = new Map<Socket, number | 'busy'>();

  constructor(server: Server) {
    // Before anybody else hears of the request: headers cannot be changed once they are sent.
    server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
      const { socket } = request;
      if (!this.used.has(socket)) socket.once('close', () => this.used.delete(socket));
      this.used.set(socket, 'busy');
      this.open.add(response);
      if (this.isParting) response.setHeader('connection', 'close');
      response.once('close', () => {
        this.open.delete(response);
        if (this.used.has(socket)) this.used.set(socket, performance.now());
      });
    });
  }

  /** Resolves when no connection that may be asked again was used for half a second, or after five seconds. */
  async begin(): Promise<void> {
    this.isParting = true;
    for (const response of this.open) if (!response.headersSent) response.setHeader('connection', 'close');
    for (const end = performance.now() + MOST_MS; performance.now() < end;) {
      const leftMs = this.lastAnsweredAt() + QUIET_MS - performance.now();
      if (leftMs <= 0) return;
      await new Promise((resolve) => setTimeout(resolve, leftMs));
    }
  }

  private lastAnsweredAt(): number {
    let last = -Infinity;
    for (const at of this.used.values()) if (at !== 'busy' && at > last) last = at;
    return last;
  }
}
