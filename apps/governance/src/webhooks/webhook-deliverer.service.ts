import { CrashPoints, LOGGER, webhookDeliveries } from '@agion/service-kit';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Logger } from 'pino';
import { GovernanceSettings } from '../governance.config.js';
import { DueDeliveriesStore, type DueDelivery, type Outcome } from './due-deliveries.store.js';
import { retryDelay } from './retry-delay.js';
import { WebhookClient, type Receipt } from './webhook.client.js';

/** Attempts one process makes at once; */
const MOST_AT_ONCE = 32;
/** of them to one webhook. */
const MOST_FOR_ONE = 4;
/** Milliseconds between two looks into an idle queue, and the longest while it cannot be looked into. */
const INTERVAL_MS = 500;
const LONGEST_INTERVAL_MS = 10_000;
/** Milliseconds beyond an attempt's limit before another process may make it. */
const LEASE_MARGIN_MS = 5_000;
/** Milliseconds attempts under way may go on when the service is asked to stop. */
const STOP_MS = 3_000;

/**
 * Sends what is queued, at least once: an attempt that nobody wrote down is made again, with the same `webhook-id`. Any number of
 * replicas do it side by side.
 */
@Injectable()
export class WebhookDeliverer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  /** Attempts, and the webhook each is made to. */
  private readonly underWay = new Map<Promise<void>, string>();
  private readonly breakOff = new AbortController();
  private stopped = false;
  private failures = 0;

  constructor(
    private readonly queue: DueDeliveriesStore,
    private readonly client: WebhookClient,
    private readonly settings: GovernanceSettings,
    private readonly crashPoints: CrashPoints,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.schedule(0);
  }

  /** What is broken off here is due again when its lease ends. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.looking;
    const patience = setTimeout(() => this.breakOff.abort(), STOP_MS);
    await Promise.allSettled(this.underWay.keys());
    clearTimeout(patience);
  }

  private schedule(delayMs: number): void {
    if (this.stopped) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.looking = this.look().finally(() => {
        this.looking = undefined;
      });
    }, delayMs).unref();
  }

  private async look(): Promise<void> {
    try {
      for (const delivery of await this.due()) this.begin(delivery);
      this.failures = 0;
      this.schedule(INTERVAL_MS);
    } catch (error) {
      this.failures += 1;
      if (this.failures === 1) this.logger.warn({ err: error }, 'due webhook deliveries cannot be found, trying again');
      this.schedule(Math.min(LONGEST_INTERVAL_MS, INTERVAL_MS * 2 ** Math.min(this.failures, 5)));
    }
  }

  private async due(): Promise<DueDelivery[]> {
    const limit = MOST_AT_ONCE - this.underWay.size;
    if (limit <= 0) return [];
    const leaseMs = this.settings.webhookTimeoutMs + LEASE_MARGIN_MS;
    return this.queue.claim({ limit, each: MOST_FOR_ONE, underWay: this.perWebhook(), leaseMs });
  }

  /** How many attempts are under way to each. */
  private perWebhook(): Map<string, number> {
    const groups = Map.groupBy(this.underWay.values(), (webhookId) => webhookId);
    return new Map([...groups].map(([webhookId, attempts]) => [webhookId, attempts.length]));
  }

  private begin(delivery: DueDelivery): void {
    const { webhookId, eventId } = delivery;
    const work = this.deliver(delivery)
      .catch((error: unknown) => {
        if (this.breakOff.signal.aborted) return;
        const about = { err: error, webhook_id: webhookId, event_id: eventId };
        this.logger.warn(about, 'outcome of a webhook delivery is lost, it will be sent again');
      })
      .finally(() => {
        this.underWay.delete(work);
        if (!this.looking) this.schedule(0); // there is room again
      });
    this.underWay.set(work, webhookId);
  }

  private async deliver(delivery: DueDelivery): Promise<void> {
    const receipt = await this.client.send(delivery, this.breakOff.signal);
    this.crashPoints.reach('after_webhook_send');
    const outcome = this.outcome(delivery.attempt, receipt);
    await this.queue.finish(delivery, outcome, this.settings.webhookDisableAfterDays);
    webhookDeliveries(outcome.delivered ? 'delivered' : outcome.retryInMs === null ? 'failed' : 'retried');
  }

  private outcome(attempts: number, { at, status, durationMs, error, retryAfterMs }: Receipt): Outcome {
    const delivered = status !== null && status >= 200 && status < 300;
    const gone = status === 410;
    const delay = retryDelay(attempts, this.settings.webhookFirstRetryMs, retryAfterMs, Math.random());
    return {
      attempt: { at: at.toISOString(), response_status: status, duration_ms: durationMs, error },
      delivered,
      gone,
      retryInMs: delivered || gone ? null : delay,
    };
  }
}
