import { Agent, type IncomingMessage, type ClientRequest, request as plainRequest } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { urlToHttpOptions } from 'node:url';
import type { IncomingAnswer, Transport } from './transport.js';

/** Milliseconds a connection is kept for the next request to a server that does not say how long it keeps them. */
const IDLE_MS = 4_000;
const LONGEST_IDLE_MS = 600_000;
/** Milliseconds we are done with a connection before its server is: a request must not meet the end of it. */
const AHEAD_MS = 1_000;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** By connection, as its server said with the last answer. */
const idleMs = new WeakMap<Duplex, number>();

/** All clients of a process share their connections. */
const PLAIN = keepingConnections(new Agent({ keepAlive: true }));
const SECURE = keepingConnections(new SecureAgent({ keepAlive: true }));

export interface KeepAliveOptions {
  /** The longest answer that is read, in bytes. @default 64 MiB */
  readonly mostBytes?: number;
}

/**
 * Carries requests by Node's own client, for a third of what `fetch` costs a process. Connections are kept, and never keep a process
 * alive.
 *
 * @param base what paths follow; its user name and password are not used
 * @throws TypeError when it is no URL of HTTP
 */
export function keepAliveTransport(base: string, { mostBytes = 64 * 1024 * 1024 }: KeepAliveOptions = {}): Transport {
  const url = new URL(base);
  const { protocol, pathname } = url;
  const { hostname, port } = urlToHttpOptions(url); // IPv6 without its brackets
  if (protocol !== 'http:' && protocol !== 'https:') throw new TypeError(`\`${base}\` is no URL of HTTP`);
  const prefix = pathname === '/' ? '' : pathname;
  const [open, agent] = protocol === 'https:' ? [secureRequest, SECURE] : [plainRequest, PLAIN];
  return ({ method, target, headers, body }) => {
    let request: ClientRequest | undefined;
    const answer = new Promise<IncomingAnswer>((resolve, reject) => {
      request = open({ agent, hostname, port, path: prefix + target, method, headers });
      request.on('error', reject);
      request.on('response', (response) => {
        const end = (error: Error): void => {
          reject(error);
          response.destroy();
        };
        if (REDIRECTS.has(response.statusCode ?? 0)) return end(new Error('unexpected redirect'));
        read(response, mostBytes, resolve, end);
      });
      request.end(body);
    });
    return { answer, cancel: () => request?.destroy(new Error('the request was cancelled')) };
  };
}

function read(
  response: IncomingMessage,
  mostBytes: number,
  done: (answer: IncomingAnswer) => void,
  failed: (error: Error) => void,
): void {
  const { statusCode: status = 0, statusMessage: statusText = '', headers, socket } = response;
  const chunks: Buffer[] = [];
  let bytes = 0;
  idleMs.set(socket, idleAfter(headers['keep-alive']));
  response.on('error', failed);
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > mostBytes) return failed(new Error(`the answer is longer than ${mostBytes} bytes`));
    chunks.push(chunk);
  });
  response.on('end', () => {
    const [first] = chunks;
    const text = (chunks.length === 1 && first ? first : Buffer.concat(chunks)).toString();
    done({ status, statusText, text, header: (name) => headers[name]?.toString() ?? null });
  });
}

/** @param hint of the server: `timeout=65`, in seconds */
function idleAfter(hint: string | string[] | undefined): number {
  const [, seconds] = /\btimeout=(\d+)/.exec(String(hint)) ?? [];
  return seconds === undefined ? IDLE_MS : Math.min(Number(seconds) * 1_000 - AHEAD_MS, LONGEST_IDLE_MS);
}

/** Node 20 and 22 keep a connection for as long as its server does, and requests are lost that cross its end. */
function keepingConnections<Kind extends Agent>(agent: Kind): Kind {
  agent.keepSocketAlive = (socket: Duplex & { setTimeout?(ms: number): void; unref?(): void }) => {
    const ms = idleMs.get(socket) ?? IDLE_MS;
    if (ms <= 0) return false;
    socket.setTimeout?.(ms);
    socket.unref?.();
    return true;
  };
  return agent;
}
