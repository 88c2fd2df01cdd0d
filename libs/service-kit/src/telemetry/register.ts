// Loaded with `node --import` before anything else, so that http, pg, ioredis and fastify are instrumented as they load.
import { FastifyOtelInstrumentation } from '@fastify/otel';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { IORedisInstrumentation } from '@opentelemetry/instrumentation-ioredis';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { register } from 'import-in-the-middle/register-hooks.mjs';

if (process.env.OTEL_SDK_DISABLED !== 'true') {
  register({ include: ['http', 'node:http', 'https', 'node:https', 'pg', 'pg-pool', 'ioredis', 'fastify'] });
  const sdk = new NodeSDK({
    serviceName: process.env.OTEL_SERVICE_NAME ?? 'agion',
    metricReaders: [], // metrics are served by the process itself, also where nothing is traced
    instrumentations: [
      new HttpInstrumentation(),
      new FastifyOtelInstrumentation({ registerOnInitialization: true }),
      new IORedisInstrumentation(),
      new PgInstrumentation(),
    ],
  });
  sdk.start();
  process.once('beforeExit', () => void sdk.shutdown());
}
