import type { ServiceDefinition } from './define-service.js';
import { startService, type RunningService } from './start-service.js';
import { StartupError } from './startup-error.js';
import { serveMetrics } from './telemetry/metrics.js';

/** Milliseconds a graceful stop may take; orchestrators usually kill after 30 s. */
const STOP_DEADLINE = 25_000;

/** Runs one service as this process. */
export const run = (service: ServiceDefinition): Promise<void> => runAll([service]);

/**
 * Runs services as this process, the first listed being the last to start and the first to stop: callers come before those they call.
 * Ends on SIGTERM, SIGINT, or when a parent with an IPC channel is gone; a second signal ends it at once.
 */
export async function runAll(services: readonly ServiceDefinition[]): Promise<void> {
  const running: RunningService[] = [];
  let stopping = false;
  const stop = async (code: number): Promise<void> => {
    if (stopping) process.exit(code || 1);
    stopping = true;
    setTimeout(() => process.exit(1), STOP_DEADLINE).unref();
    let failed = false;
    for (const service of running.toReversed()) {
      await service.close().catch((error: unknown) => {
        failed = true;
        service.logger.error({ err: error }, 'service did not stop cleanly');
      });
    }
    await stopMetrics?.();
    process.exit(failed ? 1 : code);
  };
  let stopMetrics: (() => Promise<void>) | undefined;
  process.on('SIGTERM', () => void stop(0));
  process.on('SIGINT', () => void stop(0));
  process.on('disconnect', () => void stop(0));
  try {
    for (const service of services.toReversed()) {
      const started = await startService(service, { env: process.env });
      running.push(started);
      stopMetrics ??= await serveMetrics(started.settings.metricsPort, started.logger);
      process.send?.({ type: 'ready', service: started.name, url: started.url });
    }
  } catch (error) {
    console.error(error instanceof StartupError ? error.message : error);
    await stop(1);
  }
}
