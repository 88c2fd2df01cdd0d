import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Principal } from '@agion/wire';
import { OrganizationNotices } from '../notices/organization-notices.consumer.js';
import { ConfigurationCache, type StoredAnswer } from './configuration-cache.js';
import { matchesEntityTag } from './entity-tag.js';
import { bucketOf, Forwarder } from './forwarder.js';
import type { RouteMatch } from './route-table.js';

/** What a 304 repeats of the 200 it stands for (RFC 9110, 15.4.5). */
const KEPT_ON_304 = ['cache-control', 'etag', 'vary'];

/** The three fetches agents live on, answered from memory where possible. Asked only after the guards have let the caller in. */
@Injectable()
export class ConfigurationReads {
  constructor(
    private readonly cache: ConfigurationCache,
    private readonly forwarder: Forwarder,
    notices: OrganizationNotices,
  ) {
    notices.onConfigurationChanged((slug) => cache.drop(slug));
  }

  /** True for requests whose answer depends on nothing but the organization, the path and the rollout slice. */
  handles({ route, query }: RouteMatch, { headers }: FastifyRequest): boolean {
    return (
      route.configuration === 'read' && query === '' && acceptsJson(headers.accept) && headers['if-match'] === undefined
    );
  }

  /** Sends the answer at once when it is in memory. */
  answer(request: FastifyRequest, reply: FastifyReply, match: RouteMatch, principal: Principal): void | Promise<void> {
    const { id, slug } = principal.organization;
    const key = `${id} ${match.servicePath} ${bucketOf(principal)}`;
    const stored = this.cache.find(slug, key);
    if (stored) return send(request, reply, stored);
    return this.cache
      .fetch(slug, key, () => this.ask(request, match, principal))
      .then((answer) => send(request, reply, answer));
  }

  /** A change made through this gateway is seen by the very next read, before the notice has come round. */
  changed(slug: string): void {
    this.cache.drop(slug);
  }

  private async ask(request: FastifyRequest, match: RouteMatch, principal: Principal): Promise<StoredAnswer> {
    const { status, headers, body } = await this.forwarder.forward(request, match, principal, true);
    const text = await body.text();
    return { status, headers, body: text, length: Buffer.byteLength(text) };
  }
}

function send(request: FastifyRequest, reply: FastifyReply, { status, headers, body }: StoredAnswer): void {
  if (status === 200 && matchesEntityTag(request.headers['if-none-match'], headers.etag)) {
    for (const name of KEPT_ON_304) if (headers[name] !== undefined) void reply.header(name, headers[name]);
    void reply.status(304).send();
    return;
  }
  void reply.status(status).headers(headers).send(body);
}

const acceptsJson = (accept: string | undefined): boolean =>
  accept === undefined || accept === '*/*' || /application\/(\*|json)|\*\/\*/.test(accept);
