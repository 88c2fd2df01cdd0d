import { once } from 'node:events';
import { connect } from 'node:net';

/** A request as the bytes that are sent: headers in any number, spelling and order. */
export interface RawRequest {
  method: string;
  target: string;
  /** Whole lines, `Name: value`. */
  headers: readonly string[];
  body?: string;
}

export interface RawAnswer {
  status: number;
  text: string;
}

/** Sends it over a socket of its own, which no client library looks at. */
export async function sendRaw(origin: string, { method, target, headers, body = '' }: RawRequest): Promise<RawAnswer> {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname);
  socket.setTimeout(10_000, () => socket.destroy(new Error(`no answer to ${method} ${target}`)));
  const lines = [
    `${method} ${target} HTTP/1.1`,
    `Host: ${hostname}:${port}`,
    'Connection: close',
    ...(body === '' ? [] : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`]),
    ...headers,
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`, 'latin1');
  let text = '';
  socket.setEncoding('utf8').on('data', (data: string) => (text += data));
  await once(socket, 'end');
  socket.destroy();
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), text };
}
