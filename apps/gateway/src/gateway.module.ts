import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import type { RedisConnection } from '@agion/messaging';
import { RESERVED_IDS } from '@agion/dto';
import { COMMAND_REDIS, OrganizationDirectory } from '@agion/service-kit';
import { AgUiModule } from './ag-ui/ag-ui.module.js';
import { AuthGuard } from './auth/auth.guard.js';
import { Authenticator } from './auth/authenticator.js';
import { EnrollmentController } from './auth/enrollment.controller.js';
import { HeaderUsers } from './auth/header-users.js';
import { JwtVerifier } from './auth/jwt-verifier.js';
import { OrganizationResolver } from './auth/organization-resolver.js';
import { TokenVerifier } from './auth/token-verifier.js';
import { UserJwtStrategy } from './auth/user-jwt.strategy.js';
import { DocsController } from './docs/docs.controller.js';
import { KeysController } from './docs/keys.controller.js';
import { ProblemsController } from './docs/problems.controller.js';
import { SchemasController } from './docs/schemas.controller.js';
import { GatewaySettings } from './gateway.config.js';
import { HealthController } from './health/health.controller.js';
import { PlatformHealth } from './health/platform-health.js';
import { MetricsController } from './metrics/metrics.controller.js';
import { RouteMetrics } from './metrics/route-metrics.js';
import { NoticesModule } from './notices/notices.module.js';
import { chunkOf } from './rate-limit/chunk-of.js';
import { HeldRefusals } from './rate-limit/held-refusals.js';
import { OrganizationPoints } from './rate-limit/organization-points.js';
import { PointLimiter } from './rate-limit/point-limiter.js';
import { RateLimitGuard } from './rate-limit/rate-limit.guard.js';
import { RateLimits } from './rate-limit/rate-limits.js';
import { RedisPoints } from './rate-limit/redis-points.js';
import { ConfigurationCache } from './routing/configuration-cache.js';
import { ConfigurationReads } from './routing/configuration-reads.js';
import { ElsewhereController } from './routing/elsewhere.controller.js';
import { Forwarder } from './routing/forwarder.js';
import { ProxyController } from './routing/proxy.controller.js';
import { RouteTable } from './routing/route-table.js';
import { ROUTES } from './routing/routes.js';
import { Upstreams } from './routing/upstreams.js';
import { StreamTicketsModule } from './stream-tickets/stream-tickets.module.js';

@Module({
  imports: [AgUiModule, NoticesModule, StreamTicketsModule],
  controllers: [
    HealthController,
    MetricsController,
    DocsController,
    ProblemsController,
    KeysController,
    SchemasController,
    EnrollmentController,
    ProxyController,
    ElsewhereController,
  ],
  providers: [
    { provide: RouteTable, useFactory: () => new RouteTable(ROUTES, RESERVED_IDS) },
    { provide: APP_GUARD, useClass: AuthGuard }, // in this order: first who it is, then how often he may
    { provide: APP_GUARD, useClass: RateLimitGuard },
    {
      provide: RateLimits,
      inject: [COMMAND_REDIS, GatewaySettings, OrganizationDirectory],
      useFactory: (
        redis: RedisConnection,
        { rateLimit, failureLimit }: GatewaySettings,
        directory: OrganizationDirectory,
      ) => {
        const limiterFor = (limit: number): PointLimiter =>
          new PointLimiter(new RedisPoints(redis, limit), chunkOf(limit));
        const limitOf = (slug: string): number | null => directory.settingsOf(slug).requests_per_minute;
        return new RateLimits(
          limiterFor(rateLimit),
          limiterFor(failureLimit),
          new OrganizationPoints(limitOf, limiterFor),
          new HeldRefusals(),
        );
      },
    },
    {
      provide: ConfigurationCache,
      inject: [GatewaySettings],
      useFactory: (settings: GatewaySettings) => new ConfigurationCache(settings),
    },
    Authenticator,
    ConfigurationReads,
    Forwarder,
    HeaderUsers,
    JwtVerifier,
    OrganizationResolver,
    PlatformHealth,
    RouteMetrics,
    TokenVerifier,
    Upstreams,
    UserJwtStrategy,
  ],
})
export class GatewayModule {}
