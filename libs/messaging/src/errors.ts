/** Trying again cannot help: the entry goes to the dead letters at once. Thrown by handlers and by the codec. */
export class PermanentError extends Error {
  override readonly name: string = 'PermanentError';
}

/** An entry that nobody can read: duplicate fields, no fields, a broken JSON value. */
export class MalformedEntryError extends PermanentError {
  override readonly name: string = 'MalformedEntryError';
}

/** An entry above the size limit, refused when it is written and when it is read. */
export class EntryTooLargeError extends PermanentError {
  override readonly name: string = 'EntryTooLargeError';
}

/**
 * The fault is not in the entry: something that the handler needs is down. The consumer stops reading and tries the same
 * entries again with backoff, without counting deliveries, so that an outage never fills the dead letters.
 */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
}

/** A handler did not answer in time. Transient. */
export class HandlerTimeoutError extends Error {
  override readonly name = 'HandlerTimeoutError';

  constructor(readonly timeoutMs: number) {
    super(`handler did not answer within ${timeoutMs} ms`);
  }
}

/** No reply with the request's correlation id came in time. */
export class RequestTimeoutError extends Error {
  override readonly name = 'RequestTimeoutError';

  constructor(
    readonly correlationId: string,
    readonly timeoutMs: number,
  ) {
    super(`no reply to request \`${correlationId}\` within ${timeoutMs} ms`);
  }
}

/** Redis could not be reached in the time given. Names the host and port, never the password. */
export class RedisUnreachableError extends Error {
  override readonly name = 'RedisUnreachableError';
}
