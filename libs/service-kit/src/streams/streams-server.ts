import { hostname } from 'node:os';
import { Inject, Injectable } from '@nestjs/common';
import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import {
  type GroupLag,
  type Logger as MessagingLogger,
  type Outcome,
  PermanentError,
  rateLimitedLogger,
  StreamConsumer,
  type StreamEntry,
} from '@agion/messaging';
import { slugOf, streamKey, type StreamName } from '@agion/wire';
import { lastValueFrom } from 'rxjs';
import type { Logger } from 'pino';
import { ServiceSettings } from '../config/service-settings.js';
import { CrashPoints } from '../crash-points.js';
import type { ReadinessCheck } from '../health/readiness.js';
import { LOGGER } from '../logging/logger-token.js';
import { DomainError } from '../problem/domain-error.js';
import { isUnavailable } from '../problem/to-problem.js';
import { validatedEntry } from '../problem/validation.js';
import { SERVICE, type ServiceFacts } from '../service-facts.js';
import { StartupError } from '../startup-error.js';
import { streamConsumption, streamLag } from '../telemetry/instruments.js';
import { OrganizationDirectory } from './organization-directory.js';
import { redrivenEntry } from './redriven-entry.js';
import type { StreamFailure, StreamHandlerOptions, StreamMessage } from './stream-handler.js';

/** Entries waiting in a group beyond which the service says it cannot keep up. */
const MAX_LAG = 100_000;
/** Milliseconds that what was read gets to be handled when the service stops. */
const STOP_MS = 10_000;

interface Binding {
  /** Of dead letters, a name that stands for all of them. */
  stream: StreamName;
  options: StreamHandlerOptions<object>;
  handler: MessageHandler;
}

/**
 * Redis Streams as a Nest transport: hands the entries of a stream to the controllers' methods marked `@StreamHandler`.
 * The loop, its acknowledgements and its dead letters are `@agion/messaging`'s; this only translates.
 */
@Injectable()
export class StreamsServer extends Server implements CustomTransportStrategy, ReadinessCheck {
  readonly readinessName = 'consumers';
  private consumers: StreamConsumer[] = [];
  /** One for all: they need the same servers, and tell of the same outage. */
  private readonly readersLog: MessagingLogger;
  private stopLag: (() => void) | undefined;
  private closed: Promise<void> | undefined;

  constructor(
    @Inject(SERVICE) private readonly service: ServiceFacts,
    private readonly settings: ServiceSettings,
    private readonly organizations: OrganizationDirectory,
    private readonly crashPoints: CrashPoints,
    @Inject(LOGGER) log: Logger,
  ) {
    super();
    this.readersLog = rateLimitedLogger(log);
  }

  listen(callback: (error?: unknown) => void): void {
    try {
      this.start();
      callback();
    } catch (error) {
      callback(error);
    }
  }

  /** Reads no more, at once; resolves when what was read is handled, after ten seconds at most, and the groups are left. */
  close(): Promise<void> {
    return (this.closed ??= this.end());
  }

  on(): never {
    throw new Error('the streams transport has no events of its own');
  }

  unwrap<T>(): T {
    return this.consumers as T;
  }

  /** The complete keys of the streams that are read here. */
  consumed(): string[] {
    return [...new Set(this.bindings().flatMap((binding) => this.keysOf(binding)))];
  }

  /** How far each group that is read here is behind. Rejects while Redis is away. */
  async lag(): Promise<GroupLag[]> {
    return (await Promise.all(this.consumers.map((consumer) => consumer.lag()))).flat();
  }

  /** @throws when a consumer has lost Redis or lags too far behind */
  async checkReadiness(): Promise<Record<string, unknown>> {
    const groups = await Promise.all(
      this.consumers.map(async (consumer) => ({ status: consumer.status(), lag: await consumer.lag() })),
    );
    const details = groups.flatMap(({ lag }) =>
      lag.map(({ stream, group, lag: waiting, pending }) => ({ stream, group, lag: waiting, pending })),
    );
    if (groups.some(({ status }) => !status.connected)) throw new Error('a consumer is not connected to redis');
    const late = details.find(({ lag }) => lag !== null && lag > MAX_LAG);
    if (late) throw new Error(`\`${late.group}\` lags ${late.lag} entries behind on \`${late.stream}\``);
    return { streams: details };
  }

  private async end(): Promise<void> {
    this.stopLag?.();
    await Promise.all(this.consumers.map((consumer) => consumer.stop(STOP_MS)));
    this.consumers = [];
  }

  private start(): void {
    this.consumers = this.bindings().map((binding) => this.consumerOf(binding));
    for (const consumer of this.consumers) consumer.start();
    this.stopLag = streamLag(this.service.name, () => this.lag());
  }

  /** Nest chains several handlers of one pattern by `next`; each has a group of its own or nobody knows who got what. */
  private bindings(): Binding[] {
    const bindings: Binding[] = [];
    for (const [stream, first] of this.messageHandlers) {
      for (
        let handler: MessageHandler | undefined = first;
        handler;
        handler = handler.next as MessageHandler | undefined
      ) {
        const options = handler.extras?.streamHandler as StreamHandlerOptions<object> | undefined;
        if (!options) throw new StartupError(`the handler of \`${stream}\` is not marked with @StreamHandler`);
        if (bindings.some((other) => other.stream === stream && other.options.group === options.group)) {
          throw new StartupError(`two handlers share the group \`${options.group}\` of \`${stream}\``);
        }
        bindings.push({ stream: stream as StreamName, options, handler });
      }
    }
    return bindings;
  }

  private keysOf({ stream, options: { keys } }: Binding): string[] {
    return this.organizations.all().flatMap(({ slug }) => keys?.(slug) ?? streamKey(slug, stream));
  }

  private consumerOf(binding: Binding): StreamConsumer {
    const { options, handler } = binding;
    const timeoutMs = options.timeoutMs ?? this.settings.streamTimeoutMs;
    return new StreamConsumer({
      redisUrl: this.settings.redisUrl,
      group: options.group,
      consumer: `${hostname()}-${this.settings.port}`,
      streams: () => this.keysOf(binding),
      makeStreams: options.keys === undefined,
      count: options.batch ?? 100,
      overlap: options.overlap ?? 1,
      handlerTimeoutMs: timeoutMs,
      minIdleMs: 3 * timeoutMs,
      isUnavailable,
      metrics: streamConsumption(this.service.name, options.group),
      logger: this.readersLog,
      reached: (step) => this.crashPoints.reach(step),
      handle: (entries) => this.hand(entries, options, handler),
    });
  }

  private async hand(
    entries: StreamEntry[],
    options: StreamHandlerOptions<object>,
    handler: MessageHandler,
  ): Promise<Outcome[]> {
    const outcomes: Outcome[] = entries.map(() => undefined);
    const messages = new Map<StreamMessage<object>, number>();
    for (const [index, entry] of entries.entries()) {
      try {
        messages.set(this.messageOf(entry, options), index);
      } catch (error) {
        outcomes[index] = error as Error;
      }
    }
    if (messages.size === 0) return outcomes;
    this.crashPoints.reach('before_handler');
    const answer = this.transformToObservable(await handler([...messages.keys()]));
    const failures = (await lastValueFrom(answer, { defaultValue: undefined })) as StreamFailure[] | undefined;
    this.crashPoints.reach('after_commit');
    for (const { message, error } of failures ?? []) outcomes[messages.get(message) ?? -1] = error;
    return outcomes;
  }

  private messageOf(
    { id: givenId, stream, fields: given, deliveries: delivered }: StreamEntry,
    { entry: entryClass, read, keys }: StreamHandlerOptions<object>,
  ): StreamMessage<object> {
    const redriven = keys ? undefined : redrivenEntry(stream, given, this.settings.serviceKeys);
    const { sourceId: id, fields } = redriven ?? { sourceId: givenId, fields: given };
    const organization = this.organizations.find(slugOf(stream));
    if (!organization) throw new Error(`the organization of \`${stream}\` is not known yet`);
    try {
      return {
        id,
        stream,
        organization,
        fields,
        deliveries: delivered + (redriven?.attempt ?? 0),
        entry: read?.(fields) ?? validatedEntry(entryClass, fields),
      };
    } catch (error) {
      throw new PermanentError(faultsOf(error), { cause: error });
    }
  }
}

function faultsOf(error: unknown): string {
  const faults = error instanceof DomainError ? error.details.errors : undefined;
  return faults ? faults.map(({ pointer, detail }) => `${pointer} ${detail}`).join('; ') : String(error);
}
