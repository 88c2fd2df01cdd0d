import type { OnApplicationShutdown } from '@nestjs/common';
import { Agent, type Dispatcher } from 'undici';
import { discardBody, limitedBody, singleHeaders } from './answer-body.js';
import { guardedConnector, type GuardOptions } from './guarded-connector.js';
import { headersOf, type OutgoingHeaders } from './outgoing-headers.js';
import { checkTarget, type OutgoingRules, type OutgoingTarget } from './outgoing-target.js';
import { OutgoingError } from './outgoing.errors.js';
import { Patience } from './patience.js';
import { isRedirect, METHODS, redirected, type Message, type OutgoingMethod } from './redirect.js';

export interface OutgoingLimits {
  /** Milliseconds for all of it: names, connections, redirects, the whole answer. Default 10,000. */
  readonly timeoutMs: number;
  /** Bytes of an answer that are read. Default 1 MiB. */
  readonly maxBytes: number;
  /** Redirects that are followed, each checked like the first address. Default 3; with 0 a redirect is the answer. */
  readonly maxRedirects: number;
}

export interface OutgoingRequest {
  method?: OutgoingMethod;
  /** They stay with the origin that was asked for; after a redirect another one sees only what is no credential. */
  headers?: OutgoingHeaders;
  body?: string | Uint8Array;
  limits?: Partial<OutgoingLimits>;
  /** Ends the call; its reason is what is thrown then. */
  signal?: AbortSignal;
}

export interface OutgoingAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** An answer whose body has not been read yet. It is read once, or discarded: until then it holds a connection. */
export interface OpenAnswer extends Omit<OutgoingAnswer, 'body'> {
  readonly body: AsyncIterable<Buffer>;
  discard(): void;
}

export interface OutgoingOptions extends Partial<OutgoingRules>, Pick<GuardOptions, 'resolve' | 'connector'> {}

const LIMITS: OutgoingLimits = { timeoutMs: 10_000, maxBytes: 1_048_576, maxRedirects: 3 };
const RULES: OutgoingRules = { schemes: ['https:'], ports: [443, 8443], allowed: [], denied: [] };
const CONNECT_MS = 5_000;

/**
 * Calls to addresses that users, tokens or settings name. It reaches public addresses over https, and hosts an operator vouches
 * for; every check is made again for each redirect. It knows no proxy and keeps no cookies. Calls between services go through
 * `ServiceClient`, which reaches anything and must never be given such an address.
 */
export class OutgoingClient implements OnApplicationShutdown {
  private readonly rules: OutgoingRules;
  private readonly guarded: Agent;
  private readonly plain: Agent;

  constructor({ resolve, connector, ...rules }: OutgoingOptions = {}) {
    this.rules = { ...RULES, ...rules };
    const guard = { denied: this.rules.denied, connectMs: CONNECT_MS };
    const connect = guardedConnector({ ...guard, ...(resolve && { resolve }), ...(connector && { connector }) });
    this.guarded = new Agent({ connect });
    this.plain = new Agent({ connect: { timeout: CONNECT_MS, allowH2: false } });
  }

  /** What can be known about an address without looking up a name. @throws OutgoingError `refused` */
  check(url: string | URL): void {
    checkTarget(url, this.rules);
  }

  /** The whole answer, whatever its status. @throws OutgoingError */
  async request(url: string | URL, request: OutgoingRequest = {}): Promise<OutgoingAnswer> {
    const { status, headers, body } = await this.open(url, request);
    const chunks: Buffer[] = [];
    for await (const chunk of body) chunks.push(chunk);
    return { status, headers, body: Buffer.concat(chunks) };
  }

  /** The same, with a body to be read as it comes. @throws OutgoingError, also while the body is read */
  async open(
    url: string | URL,
    { method = 'GET', headers = {}, body, limits, signal }: OutgoingRequest = {},
  ): Promise<OpenAnswer> {
    if (!METHODS.includes(method)) throw new OutgoingError('refused', `the method \`${String(method)}\` is not sent`);
    const { timeoutMs, maxBytes, maxRedirects } = { ...LIMITS, ...limits };
    const target = checkTarget(url, this.rules);
    const message: Message = { method, headers: headersOf(headers), body: body ?? null };
    const patience = new Patience(timeoutMs, signal);
    const answer = await this.follow(target, message, maxRedirects, patience);
    return {
      status: answer.statusCode,
      headers: singleHeaders(answer.headers),
      body: limitedBody(answer.body, maxBytes, patience),
      discard: () => discardBody(answer.body),
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.guarded.destroy(), this.plain.destroy()]);
  }

  private async follow(
    first: OutgoingTarget,
    original: Message,
    maxRedirects: number,
    patience: Patience,
  ): Promise<Dispatcher.ResponseData> {
    let [target, message] = [first, original];
    for (let left = maxRedirects; ; left--) {
      const answer = await this.send(target, message, patience);
      const { location } = answer.headers;
      if (maxRedirects === 0 || !isRedirect(answer.statusCode) || typeof location !== 'string') return answer;
      discardBody(answer.body);
      if (left === 0) throw new OutgoingError('redirected', `more than ${maxRedirects} redirects`);
      const next = checkTarget(URL.parse(location, target.url.href) ?? location, this.rules, target);
      message = redirected(message, answer.statusCode, next.url.origin === target.url.origin);
      target = next;
    }
  }

  private async send(
    { url, vouchedFor }: OutgoingTarget,
    message: Message,
    patience: Patience,
  ): Promise<Dispatcher.ResponseData> {
    const asked = (vouchedFor ? this.plain : this.guarded).request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      ...message,
      signal: patience.signal,
    });
    try {
      return await Promise.race([asked, patience.end]); // undici listens to the signal only once it is connected
    } catch (error) {
      asked.then(({ body }) => discardBody(body)).catch(() => undefined);
      throw patience.failure(error);
    }
  }
}
