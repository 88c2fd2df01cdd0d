import type { OutgoingHttpHeaders } from 'node:http';
import { DomainError, UnavailableError } from '@agion/service-kit';
import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { ownerOf, type Principal } from '@agion/wire';
import type { FastifyReply } from 'fastify';
import { CredentialWatch } from '../auth/credential-watch.service.js';
import { GatewaySettings } from '../gateway.config.js';
import { OrganizationNotices } from '../notices/organization-notices.consumer.js';
import type { RunEncoder } from './encoders/run-encoder.js';
import { EventStream } from './event-stream.js';

/** Whose stream it is. */
export interface StreamOwner {
  readonly principal: Principal;
  /** Milliseconds since the epoch; `null`: the credentials have no end. */
  readonly expiresAt: number | null;
}

/** The longest a timer can wait, in milliseconds (24.8 days). */
const LONGEST_TIMER_MS = 2_147_483_647;
/** Seconds after which a caller with too many streams may have closed one. */
const RETRY_SECONDS = 5;

/**
 * All streams that are open. None keeps the gateway from stopping, none outlives the credentials it was opened with, and no caller
 * holds more than so many.
 */
@Injectable()
export class EventStreams implements BeforeApplicationShutdown {
  private readonly streams = new Map<EventStream, StreamOwner>();
  private readonly held = new Map<string, number>();
  private stopping = false;

  constructor(
    private readonly settings: GatewaySettings,
    notices: OrganizationNotices,
    watch: CredentialWatch,
  ) {
    notices.onRevoked((slug, credentialIds) => this.revoke(slug, credentialIds));
    watch.follow({ held: () => this.credentialIds(), ended: (credentialIds) => this.end(credentialIds) });
  }

  /**
   * Does the work of one stream while a place is kept for it; to be called before anything is started on the caller's behalf.
   * @throws UnavailableError while the gateway stops; DomainError `too-many-requests` for a caller without a place left
   */
  async within(caller: Principal, work: () => Promise<void>): Promise<void> {
    this.refuseWhileStopping();
    const name = `${caller.organization.id} ${ownerOf(caller)}`;
    const held = this.held.get(name) ?? 0;
    if (held >= this.settings.streamsPerCaller)
      throw new DomainError('too-many-requests', 'you have as many streams open as may be at once', {
        retryAfter: RETRY_SECONDS,
        hint: 'close one that is not read any more',
      });
    this.held.set(name, held + 1);
    try {
      await work();
    } finally {
      const left = (this.held.get(name) ?? 1) - 1;
      if (left > 0) this.held.set(name, left);
      else this.held.delete(name);
    }
  }

  /** Takes the reply out of Fastify's hands; from here on errors can only be told within the stream. */
  open(reply: FastifyReply, encoder: RunEncoder, owner: StreamOwner): EventStream {
    this.refuseWhileStopping();
    const stream = new EventStream(reply.raw, encoder);
    this.streams.set(stream, owner);
    const expiry = this.closeAt(stream, owner.expiresAt);
    stream.gone.addEventListener(
      'abort',
      () => {
        clearTimeout(expiry);
        this.streams.delete(stream);
      },
      { once: true },
    );
    reply.hijack();
    stream.open(reply.getHeaders() as OutgoingHttpHeaders);
    return stream;
  }

  beforeApplicationShutdown(): void {
    this.stopping = true;
    for (const stream of this.streams.keys()) stream.dismiss('stopping');
  }

  private refuseWhileStopping(): void {
    if (this.stopping) throw new UnavailableError('the gateway is being restarted', 1);
  }

  private closeAt(stream: EventStream, expiresAt: number | null): NodeJS.Timeout | undefined {
    if (expiresAt === null) return undefined;
    const ms = Math.min(Math.max(0, expiresAt - Date.now()), LONGEST_TIMER_MS);
    return setTimeout(() => stream.dismiss('expired'), ms).unref();
  }

  private *credentialIds(): Generator<string> {
    for (const { principal } of this.streams.values())
      if (principal.credentialId !== undefined) yield principal.credentialId;
  }

  /** Key ids are unique everywhere. */
  private end(credentialIds: ReadonlySet<string>): void {
    for (const [stream, { principal }] of this.streams)
      if (principal.credentialId !== undefined && credentialIds.has(principal.credentialId)) stream.dismiss('expired');
  }

  /** @param credentialIds `null` when notices may have been missed, which says nothing about any stream */
  private revoke(slug: string, credentialIds: ReadonlySet<string> | null): void {
    for (const [stream, { principal }] of this.streams) {
      const { credentialId, organization } = principal;
      if (organization.slug === slug && credentialId !== undefined && credentialIds?.has(credentialId))
        stream.dismiss('expired');
    }
  }
}
