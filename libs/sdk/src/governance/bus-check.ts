import { randomUUID } from 'node:crypto';
import {
  encodeEntry,
  type EntryValues,
  errorText,
  type Logger,
  RequestReply,
  RequestTimeoutError,
} from '@agion/messaging';
import { containerOf, replyStreamKey, STREAMS, streamKey } from '@agion/wire';
import type { Decision } from '../decisions/decision.js';
import type { EntrySigner } from '../events/entry-signer.js';
import { decisionOfReply } from './decision-reply.js';
import {
  type AddressedQuestion,
  CHECK_TIMEOUT_MS,
  questionFields,
  refuseInvalid,
  type RemoteCheck,
  unavailable,
} from './remote-check.js';
import { traceparentOf } from './trace.js';

/** Where questions go. */
export interface BusCheckOptions {
  readonly redisUrl: string;
  /** Whose answers come on a stream of this object's own; those to other agents come on the one all containers share. */
  readonly containerId: string | null;
  /** The agent's organization, known after registration: its names begin with it. */
  readonly organizationSlug: () => string;
  /** Shown by CLIENT LIST. */
  readonly name?: string;
  /** The most questions that may wait at once; 1000 unless told. */
  readonly mostWaiting?: number;
  /** Questions stay unsigned without one. */
  readonly signer?: Pick<EntrySigner, 'sign'>;
  readonly logger?: Logger;
}

/**
 * Asks over Redis Streams (wire contract, section 4). Answers come on `governance:responses:{container}:{instance}`, which nobody
 * else reads; the instance is made up anew for each object. Connects with the first question and comes back by itself.
 */
export class BusCheck implements RemoteCheck {
  private readonly instance = randomUUID();
  private readonly asking = new Map<string, RequestReply>();
  private closed = false;

  constructor(private readonly options: BusCheckOptions) {}

  async check(question: AddressedQuestion, traceparent = traceparentOf(undefined)): Promise<Decision> {
    refuseInvalid(question);
    const { timeoutMs = CHECK_TIMEOUT_MS } = question;
    try {
      const replyTo = this.replyTo(question.agentId);
      const values = {
        ...questionFields(question),
        timeout_ms: timeoutMs,
        traceparent,
        ...(replyTo !== null && { reply_to: replyTo }),
      };
      const correlationId = randomUUID();
      const startedAt = performance.now();
      const fields = await this.signed({ ...values, correlation_id: correlationId });
      const left = Math.max(1, Math.ceil(timeoutMs - (performance.now() - startedAt)));
      return decisionOfReply(await this.ask(replyTo).request(fields, { timeoutMs: left, correlationId }));
    } catch (error) {
      if (error instanceof RequestTimeoutError)
        return unavailable('bus', `the platform did not answer within ${timeoutMs} ms`);
      return unavailable('bus', `the platform cannot be asked: ${errorText(error)}`);
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([...this.asking.values()].map((each) => each.close()));
    this.asking.clear();
  }

  private async signed(values: EntryValues): Promise<EntryValues> {
    const { signer, organizationSlug } = this.options;
    const stream = streamKey(organizationSlug(), STREAMS.governanceRequests);
    if (!signer) return values;
    const told = { ...values, timestamp: new Date().toISOString() }; // part of what is signed: the request counts once wherever it is written
    return signer.sign(stream, encodeEntry(told)).catch(() => told); // development believes it
  }

  /** Null: the stream all containers share. The platform answers nowhere else than on a stream of the agent's own container. */
  private replyTo(agentId: string): string | null {
    const { containerId, organizationSlug } = this.options;
    if (containerId === null || containerOf(agentId) !== containerId) return null;
    return replyStreamKey(organizationSlug(), containerId, this.instance);
  }

  private ask(replyTo: string | null): RequestReply {
    if (this.closed) throw new Error('the client is closed');
    const { redisUrl, organizationSlug, name = 'agion-sdk:governance', mostWaiting = 1_000, logger } = this.options;
    const slug = organizationSlug();
    const replyStream = replyTo ?? streamKey(slug, STREAMS.governanceResponses);
    const known = this.asking.get(replyStream);
    if (known) return known;
    const requestStream = streamKey(slug, STREAMS.governanceRequests);
    const made = new RequestReply({
      redisUrl,
      requestStream,
      replyStream,
      name,
      mostWaiting,
      ...(logger && { logger }),
    });
    this.asking.set(replyStream, made);
    return made;
  }
}
