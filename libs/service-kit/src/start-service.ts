import 'reflect-metadata';
import { Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { DestinationStream, Logger } from 'pino';
import { loadSettings, type Environment } from './config/load-settings.js';
import type { ServiceSettings } from './config/service-settings.js';
import type { ServiceDefinition } from './define-service.js';
import { Readiness } from './health/readiness.js';
import { fastifyServer } from './http/fastify-server.js';
import { Parting } from './http/parting.js';
import { TlsDoor } from './http/tls-door.js';
import { createLogger } from './logging/logger.js';
import { NestLogger } from './logging/nest-logger.js';
import { ServiceKitModule } from './service-kit.module.js';
import { StartupError } from './startup-error.js';
import { httpRequests } from './telemetry/instruments.js';
import { RedisLifecycle } from './streams/redis.module.js';
import { StreamsServer } from './streams/streams-server.js';

export interface StartOptions {
  env: Environment;
  /** Where log lines go; default standard output. */
  logStream?: DestinationStream;
}

/** A service that answers. `close` finishes what is under way and leaves nothing open. */
export interface RunningService {
  readonly name: string;
  readonly url: string;
  /** Where it speaks TLS itself, if it does. */
  readonly tlsUrl?: string;
  readonly settings: ServiceSettings;
  readonly logger: Logger;
  readonly app: NestFastifyApplication;
  /**
   * Says in `/readiness` that it is leaving, reads no more from its streams, and answers until its callers have let go of their
   * connections. Resolves when that is so, after five seconds at most, and what was read is handled, after ten at most.
   */
  part(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts a service from its definition; used by every runner and by the tests, so there is no second way to run.
 * @throws SettingsError naming every wrong setting; StartupError when the port is taken, when Redis does not answer, and in
 * production when Redis would lose entries
 */
export async function startService(
  definition: ServiceDefinition,
  { env, logStream }: StartOptions,
): Promise<RunningService> {
  const settings = loadSettings(definition.name, definition.settings, env);
  const logger = createLogger({
    service: definition.name,
    level: settings.logLevel,
    ...(logStream && { stream: logStream }),
  });
  const app = await createApplication(definition, settings, logger);
  const parting = new Parting(app.getHttpServer());
  // Beside TLS, the plain port is for those on this machine: health checks.
  const plainAddress = settings.tls ? '127.0.0.1' : settings.address;
  let tlsDoor: TlsDoor | undefined;
  try {
    await app.get(RedisLifecycle).open();
    app.connectMicroservice({ strategy: app.get(StreamsServer) }, { inheritAppConfig: false });
    await app.startAllMicroservices();
    await app.listen(settings.port, plainAddress);
    if (settings.tls) tlsDoor = await TlsDoor.open(app.getHttpServer(), settings.address, settings.tls, logger);
  } catch (error) {
    await app.close();
    throw portError(error, definition, settings);
  }
  const { port } = app.getHttpServer().address() as { port: number };
  const url = `http://${reachable(plainAddress)}:${port}`;
  const tlsUrl = tlsDoor && `https://${reachable(settings.address)}:${tlsDoor.port}`;
  logger.info({ url, ...(tlsUrl && { tlsUrl }), mode: settings.mode }, 'service is up');
  return {
    name: definition.name,
    url,
    ...(tlsUrl && { tlsUrl }),
    settings,
    logger,
    app,
    part: async () => {
      app.get(Readiness).stop();
      await Promise.all([parting.begin(), app.get(StreamsServer).close()]);
    },
    close: async () => {
      app.get(Readiness).stop();
      tlsDoor?.shut();
      await app.close();
      tlsDoor?.end();
      logger.info('service has stopped');
      logger.flush();
    },
  };
}

const reachable = (address: string): string => (address === '0.0.0.0' ? '127.0.0.1' : address);

/** The Nest application of a service, not yet listening: what OpenAPI is read from. */
export async function createApplication(
  definition: ServiceDefinition,
  settings: ServiceSettings,
  logger: Logger,
  preview = false,
): Promise<NestFastifyApplication> {
  const body = definition.body ?? 'parsed';
  const adapter = fastifyServer({ logger, body, ...(body === 'parsed' && { record: httpRequests(definition.name) }) });
  return NestFactory.create<NestFastifyApplication>(rootModule(definition, settings, logger), adapter, {
    logger: new NestLogger(logger),
    abortOnError: false,
    bodyParser: false,
    preview,
  });
}

function rootModule(definition: ServiceDefinition, settings: ServiceSettings, logger: Logger): Type {
  @Module({ imports: [ServiceKitModule.forService(definition, settings, logger), definition.module] })
  class ServiceRootModule {}
  return ServiceRootModule;
}

function portError(error: unknown, { name }: ServiceDefinition, settings: ServiceSettings): unknown {
  if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') return error;
  return new StartupError(`port ${settings.port} is taken: set ${name.toUpperCase()}_PORT to another one`, {
    cause: error,
  });
}
