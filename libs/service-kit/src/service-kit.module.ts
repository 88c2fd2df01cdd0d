import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import type { Logger } from 'pino';
import { ServiceSettings } from './config/service-settings.js';
import { CrashPoints } from './crash-points.js';
import type { ServiceDefinition } from './define-service.js';
import { HealthController, ReadinessController } from './health/health.controller.js';
import { Readiness } from './health/readiness.js';
import { ServiceClient } from './http/service-client.js';
import { AssertionGuard } from './identity/assertion.guard.js';
import { AssertionSigner, AssertionVerifier } from './identity/assertion.js';
import { parsePrivateKey } from './identity/service-keys.js';
import { LOGGER } from './logging/logger-token.js';
import { OutgoingClient } from './outgoing/outgoing.client.js';
import { ProblemFilter } from './problem/problem.filter.js';
import { ValidationPipe } from './problem/validation.js';
import { SERVICE, VERSION } from './service-facts.js';
import { outgoingCalls } from './telemetry/outgoing-instruments.js';
import { RedisModule } from './streams/redis.module.js';

/** What every service has: settings, logger, health, problems, validation, identity and Redis. */
@Module({})
export class ServiceKitModule {
  static forService(definition: ServiceDefinition, settings: ServiceSettings, logger: Logger): DynamicModule {
    const providers: Provider[] = [
      { provide: definition.settings, useValue: settings },
      { provide: ServiceSettings, useValue: settings },
      { provide: SERVICE, useValue: { name: definition.name, version: VERSION } },
      { provide: LOGGER, useValue: logger },
      {
        provide: AssertionSigner,
        useFactory: () => new AssertionSigner(definition.name, parsePrivateKey(settings.serviceKey)),
      },
      { provide: AssertionVerifier, useFactory: () => new AssertionVerifier(definition.name, settings.serviceKeys) },
      {
        provide: OutgoingClient,
        useFactory: ({ outgoingAllowHosts, outgoingDenyCidrs }: ServiceSettings) =>
          new OutgoingClient({
            allowed: outgoingAllowHosts ?? [],
            denied: outgoingDenyCidrs ?? [],
            record: outgoingCalls(definition.name),
          }),
        inject: [ServiceSettings],
      },
      CrashPoints,
      Readiness,
      ServiceClient,
    ];
    return {
      module: ServiceKitModule,
      global: true,
      imports: [RedisModule.forService(definition.name)],
      controllers: definition.door === 'public' ? [ReadinessController] : [HealthController, ReadinessController],
      providers: [
        ...providers,
        { provide: APP_FILTER, useClass: ProblemFilter },
        { provide: APP_PIPE, useClass: ValidationPipe },
        ...(definition.door === 'public' ? [] : [{ provide: APP_GUARD, useClass: AssertionGuard }]),
      ],
      exports: [...providers.map((provider) => ('provide' in provider ? provider.provide : provider)), RedisModule],
    };
  }
}
