import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, parseEventStream } from '@agion/testing';
import { aguiMessageEncoder } from './encoders/agui-message.encoder.js';
import { EventStream, type EventStreamLimits } from './event-stream.js';
import { sseFrame } from './sse-frame.js';

const frame = (data: string): Buffer => Buffer.from(sseFrame({ data }));
const BIG = frame('x'.repeat(200_000));
/** After which the server ends a connection that says nothing; long enough for a busy machine to come to the request. */
const SILENT_MS = 500;

describe('an event stream', () => {
  let server: Server;
  let stream: EventStream;
  let limits: EventStreamLimits;
  let opened: PromiseWithResolvers<EventStream>;

  beforeEach(async () => {
    limits = {};
    opened = Promise.withResolvers<EventStream>();
    server = createServer((_, response) => {
      stream = new EventStream(response, aguiMessageEncoder, limits);
      stream.open({ 'x-session-id': 's' });
      opened.resolve(stream);
    });
    server.setTimeout(SILENT_MS);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  /** A reader that has the headers and reads nothing until it is told to. */
  async function connect(): Promise<IncomingMessage> {
    const { port } = server.address() as { port: number };
    const request = get({ port, host: '127.0.0.1', agent: false });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.on('error', () => {});
    await opened.promise;
    return response;
  }

  async function readAll(response: IncomingMessage): Promise<string> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of response) chunks.push(chunk as Buffer);
    } catch {
      // a cut stream has been read as far as it went
    }
    return Buffer.concat(chunks).toString();
  }

  it('shows its headers before the first event, and outlives the timeout of silent sockets', async () => {
    limits.keepAliveMs = SILENT_MS / 5;
    const response = await connect();
    expect(response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-session-id': 's',
    });
    const reading = readAll(response);
    setTimeout(() => void stream.write(frame('late')).then(() => stream.end()), 3 * SILENT_MS);
    const { events, comments } = parseEventStream(await reading);
    expect(events).toEqual([{ id: '', data: 'late' }]);
    expect(comments.length).toBeGreaterThan(2);
  });

  it('waits for a slow reader instead of gathering what comes', async () => {
    const response = await connect();
    let written = 0;
    const writing = (async () => {
      for (let count = 0; count < 60; count += 1) {
        await stream.write(BIG);
        written += 1;
      }
      stream.end();
    })();
    await eventually(() => expect(written).toBeGreaterThan(0));
    await eventually(async () => {
      const before = written;
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(written).toBe(before);
    });
    expect(written).toBeLessThan(60); // the socket's own buffers are full; nothing waits in ours
    const { events } = parseEventStream(await readAll(response));
    await writing;
    expect(events).toHaveLength(60);
  });

  it('is closed when its reader takes nothing for too long', async () => {
    limits.stallMs = 100;
    const response = await connect();
    const writing = (async () => {
      while (!stream.gone.aborted) await stream.write(BIG);
    })();
    await writing;
    expect(stream.gone.aborted).toBe(true);
    response.destroy();
  });

  it('says when to come back when the gateway stops, and closes the connection', async () => {
    const response = await connect();
    await stream.write(frame('one'));
    stream.dismiss('stopping');
    const received = parseEventStream(await readAll(response));
    expect(received).toMatchObject({ events: [{ data: 'one' }], retry: 1_000 });
    await once(server.close(), 'close');
  });

  it('never ends half an event with something that would complete it', async () => {
    const response = await connect();
    const writing = (async () => {
      while (!stream.gone.aborted) await stream.write(BIG);
    })();
    await eventually(async () => {
      const before = response.socket.bytesRead;
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(response.socket.bytesRead).toBe(before);
    });
    stream.dismiss('stopping');
    const { events } = parseEventStream(await readAll(response));
    await writing;
    for (const { data } of events) expect(data).toHaveLength(200_000);
  });

  it('knows that its reader has left', async () => {
    const response = await connect();
    response.destroy();
    await eventually(() => expect(stream.gone.aborted).toBe(true));
    await stream.write(frame('nobody'));
    stream.end();
  });
});
