import { metrics, type Meter } from '@opentelemetry/api';
import type { Logger } from 'pino';
import { StartupError } from '../startup-error.js';

/** Instruments made from it count nothing until `serveMetrics` has run: libraries need not know whether anybody listens. */
export const meter = (name: string): Meter => metrics.getMeter(`agion.${name}`);

/** Serves `GET /metrics` for Prometheus on loopback, once for the process. @returns how to stop it */
export async function serveMetrics(port: number, logger: Logger): Promise<() => Promise<void>> {
  if (port === 0 || process.env.OTEL_SDK_DISABLED === 'true') return async () => {};
  const { PrometheusExporter } = await import('@opentelemetry/exporter-prometheus');
  const { MeterProvider } = await import('@opentelemetry/sdk-metrics');
  const exporter = new PrometheusExporter({ port, host: '127.0.0.1', preventServerStart: true });
  const provider = new MeterProvider({ readers: [exporter] });
  metrics.setGlobalMeterProvider(provider);
  try {
    await exporter.startServer();
  } catch (error) {
    throw new StartupError(
      `METRICS_PORT ${port} cannot be used: ${(error as NodeJS.ErrnoException).code ?? (error as Error).message}`,
      { cause: error },
    );
  }
  logger.debug({ port }, 'metrics served');
  return () => provider.shutdown();
}
