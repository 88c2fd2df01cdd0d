import { feedbackEntry, missionEntry, reportEntry, trustEntry, type EventEntry } from './event-entries.js';
import type { EventBuffer, EventCounts } from './event-buffer.js';
import type {
  EventReceipt,
  ExecutionReport,
  FeedbackEvent,
  MissionEvent,
  PublishOptions,
  TrustEvent,
} from './events.js';

/** Options with which a publisher's promise waits for the acknowledgement. */
export type Durable = PublishOptions & { mode: 'durable' };
/** Options with which it returns at once. */
export type Buffered = PublishOptions & { mode?: 'buffered' };

/** Where events go, and whom they are about unless they say so. */
export interface EventPublisherOptions {
  readonly buffer: EventBuffer;
  /** The complete id of the agent an event is about that names none. */
  readonly agentId: () => string;
  /** Makes a name complete. */
  readonly complete: (name: string) => string;
}

const DURABLE_TIMEOUT_MS = 10_000;

/**
 * Tells the platform what happened. A call returns at once: the event lies in memory and is sent with others, every five seconds or
 * from a hundred on, at once when it is critical. With `mode: 'durable'` the call returns a promise that resolves when the platform
 * has acknowledged the event. Every event has an id under which it counts once, however often it had to be sent.
 */
export class EventPublisher {
  /** @internal */
  constructor(private readonly options: EventPublisherOptions) {}

  /** What has become of the events so far. */
  get counts(): EventCounts {
    return this.options.buffer.counts;
  }

  /**
   * Says something about how far an agent can be trusted.
   *
   * @example
   * ```ts
   * sdk.events.publishTrustEvent({ eventType: 'task_completed', severity: 'positive', impact: 0.05 });
   * ```
   * @throws InvalidInputError when a field is missing or out of its range
   */
  publishTrustEvent(event: TrustEvent, options: Durable): Promise<EventReceipt>;
  publishTrustEvent(event: TrustEvent, options?: Buffered): EventReceipt;
  publishTrustEvent(event: TrustEvent, options?: PublishOptions): EventReceipt | Promise<EventReceipt> {
    const entry = trustEntry(this.addressed(event));
    return this.publish(entry, event.severity === 'critical' ? { ...options, urgent: true } : options);
  }

  /** Passes on what somebody says about an agent's work. @throws InvalidInputError as `publishTrustEvent` does */
  publishFeedback(event: FeedbackEvent, options: Durable): Promise<EventReceipt>;
  publishFeedback(event: FeedbackEvent, options?: Buffered): EventReceipt;
  publishFeedback(event: FeedbackEvent, options?: PublishOptions): EventReceipt | Promise<EventReceipt> {
    return this.publish(feedbackEntry(this.addressed(event)), options);
  }

  /** Tells of something in a mission. @throws InvalidInputError as `publishTrustEvent` does */
  publishMissionEvent(event: MissionEvent, options: Durable): Promise<EventReceipt>;
  publishMissionEvent(event: MissionEvent, options?: Buffered): EventReceipt;
  publishMissionEvent(event: MissionEvent, options?: PublishOptions): EventReceipt | Promise<EventReceipt> {
    return this.publish(missionEntry(this.addressed(event)), options);
  }

  /** Says how an execution ended. @throws InvalidInputError as `publishTrustEvent` does */
  reportExecution(report: ExecutionReport, options: Durable): Promise<EventReceipt>;
  reportExecution(report: ExecutionReport, options?: Buffered): EventReceipt;
  reportExecution(report: ExecutionReport, options?: PublishOptions): EventReceipt | Promise<EventReceipt> {
    return this.publish(reportEntry(this.addressed(report)), options);
  }

  /** Tries at once to send what is in memory; resolves when that has been tried. Never rejects. */
  flush(): Promise<void> {
    return this.options.buffer.flush();
  }

  private addressed<Event extends { agentId?: string }>(event: Event): Event & { agentId: string } {
    const { agentId, complete } = this.options;
    return { ...event, agentId: event.agentId === undefined ? agentId() : complete(event.agentId) };
  }

  private publish(
    entry: EventEntry,
    { mode = 'buffered', urgent = false, timeoutMs = DURABLE_TIMEOUT_MS }: PublishOptions = {},
  ): EventReceipt | Promise<EventReceipt> {
    const { buffer } = this.options;
    const { id: eventId } = entry;
    if (mode === 'buffered') return { eventId, accepted: buffer.add(entry, { urgent }) };
    return buffer.addDurably(entry, timeoutMs).then(() => ({ eventId, accepted: true }));
  }
}
