import { applyDecorators, type ArgumentsHost, Catch, type ExceptionFilter, UseFilters } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { CONSUMED_STREAMS, deadLetterKey, streamKey, type Organization, type StreamName } from '@agion/wire';
import { type Observable, throwError } from 'rxjs';

export interface StreamHandlerOptions<Entry extends object> {
  /** The consumer group; entries are shared among the replicas of a group. */
  group: string;
  /** The class an entry's fields are validated against; what does not fit goes to the dead letters at once. */
  entry: new () => Entry;
  /** Entries handed over together. Default 100. */
  batch?: number;
  /** Milliseconds a batch may take. Default: the setting AGION_STREAM_TIMEOUT_MS. */
  timeoutMs?: number;
  /**
   * Batches in work at once, so that the next one is read while earlier ones commit. Default 1. With more, the entries of a stream are
   * no longer handled in order, and a batch may be handled beside another.
   */
  overlap?: number;
  /**
   * A short cut for a stream whose validation would be most of the work: reads an entry of which it is certain that the class would
   * accept it, and as what; undefined leaves the entry to the class.
   */
  read?: (fields: Readonly<Record<string, string>>) => Entry | undefined;
  /** The keys of an organization that are read, and not made, where these are not simply the stream. */
  keys?: (slug: string) => readonly string[];
}

/** One entry of a stream, validated, with the organization its key belongs to. */
export interface StreamMessage<Entry> {
  /** `<ms>-<seq>`. Of an entry that was put back after it had been a dead letter, the one it had the first time. */
  readonly id: string;
  /** The stream's complete key. */
  readonly stream: string;
  readonly organization: Organization;
  readonly entry: Entry;
  /** The fields as they stand on the wire: what signatures are made over. */
  readonly fields: Readonly<Record<string, string>>;
  /**
   * How often Redis has delivered it, this time included; tries while something was down are not counted. More than 1 for what was put
   * back: somebody may have had it in hand before.
   */
  readonly deliveries: number;
}

/** One entry of a batch that did not work out. Those that are not mentioned are done. */
export interface StreamFailure {
  message: StreamMessage<object>;
  /** A PermanentError sends the entry to the dead letters, anything else brings it back later. */
  error: Error;
}

/** Nest's own filter would turn every error into the text "Internal server error": the strategy needs the error itself. */
@Catch()
export class RethrowFilter implements ExceptionFilter {
  catch(error: unknown, _host: ArgumentsHost): Observable<never> {
    return throwError(() => error);
  }
}

/**
 * Marks a controller's method as consumer of a stream, in every organization. It receives `StreamMessage<Entry>[]` as payload and
 * returns nothing, or the failures among them. When it returns, the entries are acknowledged: its effect must be committed by then.
 */
export const StreamHandler = <Entry extends object>(
  stream: StreamName,
  options: StreamHandlerOptions<Entry>,
): MethodDecorator =>
  applyDecorators(EventPattern(stream, undefined, { streamHandler: options }), UseFilters(RethrowFilter));

/** Marks a controller's method as consumer of the dead letters of every stream, in every organization; as `StreamHandler` otherwise. */
export const DeadLetterHandler = <Entry extends object>(
  options: Omit<StreamHandlerOptions<Entry>, 'keys'>,
): MethodDecorator => {
  const keys = (slug: string): string[] => CONSUMED_STREAMS.map((stream) => deadLetterKey(streamKey(slug, stream)));
  return applyDecorators(
    EventPattern(deadLetterKey('*'), undefined, { streamHandler: { ...options, keys } }),
    UseFilters(RethrowFilter),
  );
};
