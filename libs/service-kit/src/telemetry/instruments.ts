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

/** `agion_stream_lag{service, group, stream}` and `agion_stream_pending{…}`, asked for when Prometheus asks. @returns how to end it */
export function streamLag(service: string, read: () => Promise<GroupLag[]>): () => void {
  const lag = meter().createObservableGauge('agion.stream.lag', {
    description: 'Entries a group has not been given yet.',
  });
  const pending = meter().createObservableGauge('agion.stream.pending', {
    description: 'Entries given out and not acknowledged.',
  });
  const observe = async (result: {
    observe(gauge: typeof lag, value: number, attributes: Record<string, string>): void;
  }): Promise<void> => {
    for (const { stream, group, lag: waiting, pending: open } of await read()) {
      if (waiting !== null) result.observe(lag, waiting, { service, group, stream });
      result.observe(pending, open, { service, group, stream });
    }
  };
  meter().addBatchObservableCallback(observe, [lag, pending]);
  return () => meter().removeBatchObservableCallback(observe, [lag, pending]);
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
