import { AgionError } from '../errors.js';

/** A durable event was not acknowledged. `retryable`: it was not refused, and may be sent again under its `eventId`. */
export class EventNotPublishedError extends AgionError {
  static override readonly kind = 'EventNotPublishedError';
}
