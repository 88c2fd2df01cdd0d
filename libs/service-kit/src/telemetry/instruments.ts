import { monitorEventLoopDelay } from 'node:perf_hooks';
import { metrics } from '@opentelemetry/api';
import type { ConsumerMetrics, GroupLag } from '@agion/messaging';

/** Seconds. Local calls take a fraction of a millisecond, a model's turn takes many seconds. */
const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Instruments belong to whoever asks after metrics are served; asked before, they count for nobody. */
const meter = () => metrics.getMeter('agion');

/** Records one answered request. `route` is a pattern, never a path: callers must not be able to make up series. */
export type RecordRequest = (method: string, route: string, status: number, milliseconds: number) => void;

/** `agion_http_request_duration_seconds{service, method, route, status}` */
export function httpRequests(service: string): RecordRequest {
  const duration = meter().createHistogram('agion.http.request.duration_seconds', {
    unit: 's',
    description: 'Time from a request to its whole answer.',
    advice: { explicitBucketBoundaries: SECONDS },
  });
  return (method, route, status, milliseconds) =>
    duration.record(milliseconds / 1_000, { service, method, route, status });
}

/** `agion_stream_entries_total{service, group, stream, what}` and `agion_stream_batch_duration_seconds{service, group}` */
export function streamConsumption(service: string, group: string): ConsumerMetrics {
  const entries = meter().createCounter('agion.stream.entries', {
    description: 'Entries by what became of them; lost ones were trimmed before they were acknowledged.',
  });
  const duration = meter().createHistogram('agion.stream.batch.duration_seconds', {
    unit: 's',
    description: 'Time a handler took for a batch.',
    advice: { explicitBucketBoundaries: SECONDS },
  });
  return {
    count: (what, stream, count) => entries.add(count, { service, group, stream, what }),
    handled: (_count, milliseconds) => duration.record(milliseconds / 1_000, { service, group }),
  };
}

/** `agion_stream_lag{service, group, stream}` and its siblings, asked for when Prometheus asks. @returns how to end it */
export function streamLag(service: string, read: () => Promise<GroupLag[]>): () => void {
  const lag = meter().createObservableGauge('agion.stream.lag', {
    description: 'Entries a group has not been given yet.',
  });
  const pending = meter().createObservableGauge('agion.stream.pending', {
    description: 'Entries given out and not acknowledged.',
  });
  const trimmed = meter().createObservableGauge('agion.stream.trimmed_unread', {
    description: 'Entries that were trimmed before the group was given them.',
  });
  const unknown = meter().createObservableGauge('agion.stream.lag_unknown', {
    description: '1 while Redis cannot tell the lag: somebody has deleted entries.',
  });
  const observe = async (result: {
    observe(gauge: typeof lag, value: number, attributes: Record<string, string>): void;
  }): Promise<void> => {
    for (const { stream, group, lag: waiting, pending: open, trimmedUnread } of await read()) {
      const labels = { service, group, stream };
      if (waiting !== null) result.observe(lag, waiting, labels);
      if (trimmedUnread !== null) result.observe(trimmed, trimmedUnread, labels);
      result.observe(unknown, waiting === null ? 1 : 0, labels);
      result.observe(pending, open, labels);
    }
  };
  const gauges = [lag, pending, trimmed, unknown];
  meter().addBatchObservableCallback(observe, gauges);
  return () => meter().removeBatchObservableCallback(observe, gauges);
}

/** `agion_stream_trimmed_total{service, stream}` */
export function streamTrimming(service: string): (stream: string, entries: number) => void {
  const trimmed = meter().createCounter('agion.stream.trimmed', {
    description: 'Entries removed after every group had done with them.',
  });
  return (stream, entries) => trimmed.add(entries, { service, stream });
}

/** `agion_redis_memory_bytes{what}` of the server, as it was seen last: `used`, and `limit` where it has one. */
export function redisMemory(read: () => { used: number; limit: number } | undefined): () => void {
  const memory = meter().createObservableGauge('agion.redis.memory_bytes', {
    unit: 'By',
    description: 'Memory of Redis.',
  });
  const observe = (result: { observe(value: number, attributes: Record<string, string>): void }): void => {
    const seen = read();
    if (seen) result.observe(seen.used, { what: 'used' });
    if (seen && seen.limit > 0) result.observe(seen.limit, { what: 'limit' });
  };
  memory.addCallback(observe);
  return () => memory.removeCallback(observe);
}

/** Why a request got an answer without a decision: it was read too late, the ledger takes nothing, facts cannot be reached. */
export type UnavailableBecause = 'late' | 'ledger' | 'facts';

/** `agion_decisions_unavailable_total{service, why}` */
export function unavailableDecisions(service: string): (why: UnavailableBecause, decisions: number) => void {
  const unavailable = meter().createCounter('agion.decisions.unavailable', {
    description: 'Requests that were answered without a decision.',
  });
  return (why, decisions) => unavailable.add(decisions, { service, why });
}

/** `agion_policy_stale_agents{service, organization}`, asked for when Prometheus asks. @returns how to end it */
export function policyStaleAgents(service: string, read: () => Promise<ReadonlyMap<string, number>>): () => void {
  const stale = meter().createObservableGauge('agion.policy.stale_agents', {
    description: 'Running agents that do not work by the policies in force yet.',
  });
  const observe = async (result: {
    observe(value: number, attributes: Record<string, string>): void;
  }): Promise<void> => {
    for (const [organization, agents] of await read()) result.observe(agents, { service, organization });
  };
  stale.addCallback(observe);
  return () => stale.removeCallback(observe);
}

/** Open dead letters of a stream in an organization. */
export interface OpenDeadLetters {
  readonly organization: string;
  readonly stream: string;
  readonly entries: number;
}

/** `agion_dead_letters_open{service, organization, stream}`, asked for when Prometheus asks. @returns how to end it */
export function openDeadLetters(service: string, read: () => Promise<readonly OpenDeadLetters[]>): () => void {
  const open = meter().createObservableGauge('agion.dead_letters.open', {
    description: 'Entries that could not be handled and of which nobody has said what is to become of them.',
  });
  const observe = async (result: {
    observe(value: number, attributes: Record<string, string>): void;
  }): Promise<void> => {
    for (const { organization, stream, entries } of await read())
      result.observe(entries, { service, organization, stream });
  };
  open.addCallback(observe);
  return () => open.removeCallback(observe);
}

/** `agion_outbox_published_total{service}` */
export function outboxPublished(service: string): (facts: number) => void {
  const published = meter().createCounter('agion.outbox.published', { description: 'Facts that left the outbox.' });
  return (facts) => published.add(facts, { service });
}

/** `agion_process_memory_bytes` and `agion_process_event_loop_delay_seconds{quantile}` */
export function observeProcess(): void {
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  meter()
    .createObservableGauge('agion.process.memory_bytes', { unit: 'By', description: 'Resident memory.' })
    .addCallback((result) => result.observe(process.memoryUsage.rss()));
  meter()
    .createObservableGauge('agion.process.event_loop_delay_seconds', {
      unit: 's',
      description: 'Delay of the event loop since the last look.',
    })
    .addCallback((result) => {
      for (const quantile of [50, 99]) result.observe(delay.percentile(quantile) / 1e9, { quantile: `0.${quantile}` });
      delay.reset();
    });
}
