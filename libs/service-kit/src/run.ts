import { loadSettings, secretsOf, SettingsError, type Environment } from './config/load-settings.js';
import { sharedSecrets } from './config/production-faults.js';
import type { ServiceSettings } from './config/service-settings.js';
import type { ServiceDefinition } from './define-service.js';
import { GatheredLines } from './logging/gathered-lines.js';
import { startService, type RunningService } from './start-service.js';
import { StartupError } from './startup-error.js';
import { serveMetrics } from './telemetry/serve-metrics.js';

/** Milliseconds a graceful stop may take; orchestrators usually kill after 30 s. */
const STOP_DEADLINE = 29_000;

/** Runs one service as this process. */
export const run = (service: ServiceDefinition): Promise<void> => runAll([service]);

/**
 * Runs services as this process, the first listed being the last to start and the first to stop: callers come before those they call.
 * Ends on SIGTERM, SIGINT, or when a parent with an IPC channel is gone; a second signal ends it at once.
 */
export async function runAll(services: readonly ServiceDefinition[]): Promise<void> {
  const running: RunningService[] = [];
  const logStream = new GatheredLines();
  process.on('exit', () => logStream.flushSync());
  let stopMetrics: (() => Promise<void>) | undefined;
  let stopping = false;
  const stop = async (code: number): Promise<void> => {
    stopping = true;
    setTimeout(() => process.exit(1), STOP_DEADLINE).unref();
    await Promise.all(running.map((service) => service.part()));
    const clean = await closeAll(running.toReversed());
    await stopMetrics?.();
    process.exit(clean ? code : 1);
  };
  const onSignal = (): void => (stopping ? process.exit(1) : void stop(0));
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  process.on('disconnect', () => stopping || void stop(0));
  try {
    const settings = loadAll(services, process.env);
    stopMetrics = await serveMetrics(settings[0]?.metricsPort ?? 0, settings[0]?.metricsBind); // before the services, or their instruments count for nobody
    for (const service of services.toReversed()) {
      if (stopping) return;
      const started = await startService(service, { env: process.env, logStream });
      running.push(started);
      process.send?.({ type: 'ready', service: started.name, url: started.url });
    }
  } catch (error) {
    console.error(error instanceof StartupError ? error.message : error);
    await stop(1);
  }
}

/** The settings of all services. @throws SettingsError with every fault of every service, each once */
function loadAll(services: readonly ServiceDefinition[], env: Environment): ServiceSettings[] {
  const loaded: ServiceSettings[] = [];
  const faults = new Set<string>();
  for (const { name, settings } of services) {
    try {
      loaded.push(loadSettings(name, settings, env));
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      for (const fault of error.faults) faults.add(fault);
    }
  }
  if (loaded.some(({ mode }) => mode === 'production'))
    for (const fault of sharedSecrets(services.flatMap(({ settings }) => secretsOf(settings, env)))) faults.add(fault);
  if (faults.size > 0) throw new SettingsError(services.map(({ name }) => name).join(', '), [...faults]);
  return loaded;
}

/** @returns whether all of them stopped as they should */
async function closeAll(services: readonly RunningService[]): Promise<boolean> {
  let clean = true;
  for (const service of services) {
    await service.close().catch((error: unknown) => {
      clean = false;
      service.logger.error({ err: error }, 'service did not stop cleanly');
    });
  }
  return clean;
}
