import type { OnApplicationShutdown } from '@nestjs/common';
import { Agent, type Dispatcher } from 'undici';
import { discardBody, limitedBody, singleHeaders } from './answer-body.js';
import { guardedConnector, type GuardOptions } from './guarded-connector.js';
import { headersOf, type OutgoingHeaders } from './outgoing-headers.js';
import { OriginCircuits } from './origin-circuits.js';
import { checkTarget, type OutgoingRules, type OutgoingTarget } from './outgoing-target.js';
import { OutgoingError } from './outgoing.errors.js';
import type { RecordOutgoing } from '../telemetry/outgoing-instruments.js';
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
  /** Whose failures these are, where whoever names an address must not have its origin left alone for others. */
  countedFor?: string;
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

export interface OutgoingOptions extends Partial<OutgoingRules>, Pick<GuardOptions, 'resolve' | 'connector'> {
  /** Hears how each call went. */
  readonly record?: RecordOutgoing;
}

/** What goes along with a call over its redirects. */
interface Care {
  readonly patience: Patience;
  readonly countedFor: string;
}

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
  private readonly record: RecordOutgoing | undefined;
  private readonly circuits: OriginCircuits;
  private readonly guarded: Agent;
  private readonly plain: Agent;

  constructor({ resolve, connector, record, ...rules }: OutgoingOptions = {}) {
    this.record = record;
    this.circuits = new OriginCircuits(() => record?.('opened'));
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
  async open(url: string | URL, request: OutgoingRequest = {}): Promise<OpenAnswer> {
    try {
      const answer = await this.ask(url, request);
      this.record?.('answered');
      return answer;
    } catch (error) {
      if (error instanceof OutgoingError) this.record?.(error.reason);
      throw error;
    }
  }

  private async ask(
    url: string | URL,
    { method = 'GET', headers = {}, body, limits, countedFor = '', signal }: OutgoingRequest,
  ): Promise<OpenAnswer> {
    if (!METHODS.includes(method)) throw new OutgoingError('refused', `the method \`${String(method)}\` is not sent`);
    const { timeoutMs, maxBytes, maxRedirects } = { ...LIMITS, ...limits };
    const target = checkTarget(url, this.rules);
    const message: Message = { method, headers: headersOf(headers), body: body ?? null };
    const patience = new Patience(timeoutMs, signal);
    const answer = await this.follow(target, message, maxRedirects, { patience, countedFor });
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
    care: Care,
  ): Promise<Dispatcher.ResponseData> {
    let [target, message] = [first, original];
    for (let left = maxRedirects; ; left--) {
      const answer = await this.send(target, message, care);
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
    target: OutgoingTarget,
    message: Message,
    { patience, countedFor }: Care,
  ): Promise<Dispatcher.ResponseData> {
    const called = this.circuits.call(target.url.origin, countedFor, () => this.call(target, message, patience));
    called.catch(() => undefined);
    try {
      return await Promise.race([called, patience.end]); // while a circuit is tried, others wait for what comes of it
    } catch (error) {
      throw patience.failure(error);
    }
  }

  private async call(
    { url, vouchedFor }: OutgoingTarget,
    message: Message,
    patience: Patience,
  ): Promise<Dispatcher.ResponseData> {
    if (patience.signal.aborted) throw patience.failure(patience.signal.reason);
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
