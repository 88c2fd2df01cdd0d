import { AgionError } from '../errors.js';

/** What is wrong with one field of an event. */
export interface EventFault {
  /** As the caller wrote it, e.g. `impact`. */
  readonly field: string;
  readonly detail: string;
}

/** An event the platform would refuse: thrown at the call, where it can be mended, instead of ending among the dead letters. */
export class InvalidEventError extends AgionError {
  static override readonly kind: string = 'InvalidEventError';

  constructor(readonly faults: readonly EventFault[]) {
    super(faults.map(({ field, detail }) => `\`${field}\` ${detail}`).join('; '));
  }
}

/** A durable event was not acknowledged. `retryable`: it was not refused, and may be sent again under its `eventId`. */
export class EventNotPublishedError extends AgionError {
  static override readonly kind: string = 'EventNotPublishedError';
}
