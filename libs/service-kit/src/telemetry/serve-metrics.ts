import { metrics } from '@opentelemetry/api';
import { StartupError } from '../startup-error.js';
import { VERSION } from '../service-facts.js';
import { observeProcess } from './instruments.js';

/**
 * Serves `GET /metrics` for Prometheus, once for the process; on loopback unless told. @returns how to stop it
 * @throws StartupError when the port is taken
 */
export async function serveMetrics(port: number, host = '127.0.0.1'): Promise<() => Promise<void>> {
  if (port === 0 || process.env.OTEL_SDK_DISABLED === 'true') return async () => {};
  // Loaded here, so that a process that serves none does not pay for it at its start.
  const { PrometheusExporter } = await import('@opentelemetry/exporter-prometheus');
  const { MeterProvider } = await import('@opentelemetry/sdk-metrics');
  const { resourceFromAttributes } = await import('@opentelemetry/resources');
  const exporter = new PrometheusExporter({
    port,
    host,
    preventServerStart: true,
    withoutScopeInfo: true,
  });
  const resource = resourceFromAttributes({
    'service.name': process.env.OTEL_SERVICE_NAME ?? 'agion',
    'service.version': VERSION,
  });
  const provider = new MeterProvider({ readers: [exporter], resource });
  metrics.setGlobalMeterProvider(provider);
  try {
    await exporter.startServer();
  } catch (error) {
    throw new StartupError(
      `port ${port} cannot be used (${(error as NodeJS.ErrnoException).code ?? (error as Error).message}): set METRICS_PORT to another one`,
      { cause: error },
    );
  }
  observeProcess();
  return () => provider.shutdown();
}
