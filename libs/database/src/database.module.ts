import { type DynamicModule, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import type pg from 'pg';
import { DatabaseReadiness } from './database-readiness.js';
import { OrganizationScope, WorkerPool } from './organization-scope.js';
import { createPool, roleOf, workerRoleOf } from './pool.js';
import { PrismaService } from './prisma.service.js';

export interface DatabaseSettings {
  /** `postgresql://…` */
  databaseUrl: string;
}

interface Pools {
  scope: pg.Pool;
  prisma: pg.Pool;
  worker: pg.Pool;
}

const POOLS = Symbol('database pools');

/**
 * The service's own corner of Postgres: provides OrganizationScope, WorkerPool and PrismaService, and answers for readiness.
 * Connections open on first use and close after the application has stopped listening.
 */
@Module({})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(@Inject(POOLS) private readonly pools: Pools) {}

  /** @param settings the service's settings class, which must be injectable where this module is imported */
  static forService(service: string, settings: abstract new (...args: never[]) => DatabaseSettings): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      providers: [
        {
          provide: POOLS,
          inject: [settings],
          useFactory: ({ databaseUrl: url }: DatabaseSettings): Pools => ({
            scope: createPool({ url, role: roleOf(service), max: 10, pipeline: true }),
            prisma: createPool({ url, role: roleOf(service), max: 5 }),
            worker: createPool({ url, role: workerRoleOf(service), max: 4 }),
          }),
        },
        {
          provide: OrganizationScope,
          inject: [POOLS],
          useFactory: (pools: Pools) => new OrganizationScope(pools.scope),
        },
        {
          provide: DatabaseReadiness,
          inject: [OrganizationScope],
          useFactory: (scope: OrganizationScope) => new DatabaseReadiness(scope),
        },
        { provide: WorkerPool, inject: [POOLS], useFactory: (pools: Pools) => new WorkerPool(pools.worker) },
        { provide: PrismaService, inject: [POOLS], useFactory: (pools: Pools) => new PrismaService(pools.prisma) },
      ],
      exports: [OrganizationScope, WorkerPool, PrismaService],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(Object.values(this.pools).map((pool) => (pool as pg.Pool).end()));
  }
}
