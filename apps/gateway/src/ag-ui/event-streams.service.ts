import type { OutgoingHttpHeaders } from 'node:http';
import { UnavailableError } from '@agion/service-kit';
import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { RunEncoder } from './encoders/run-encoder.js';
import { EventStream } from './event-stream.js';

/** All streams that are open, so that none of them keeps the gateway from stopping. */
@Injectable()
export class EventStreams implements BeforeApplicationShutdown {
  private readonly streams = new Set<EventStream>();
  private stopping = false;

  /** @throws UnavailableError while the gateway stops; to be called before anything is started on the caller's behalf */
  mayOpen(): void {
    if (this.stopping) throw new UnavailableError('the gateway is being restarted', 1);
  }

  /** Takes the reply out of Fastify's hands; from here on errors can only be told within the stream. */
  open(reply: FastifyReply, encoder: RunEncoder): EventStream {
    this.mayOpen();
    const stream = new EventStream(reply.raw, encoder);
    this.streams.add(stream);
    stream.gone.addEventListener('abort', () => this.streams.delete(stream), { once: true });
    reply.hijack();
    stream.open(reply.getHeaders() as OutgoingHttpHeaders);
    return stream;
  }

  beforeApplicationShutdown(): void {
    this.stopping = true;
    for (const stream of this.streams) stream.dismiss();
  }
}
