import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { httpRequests } from '@agion/service-kit';
import { findMatch } from '../routing/request-match.js';
import { LatencyHistogram } from './latency-histogram.js';
import type { RouteMetricsDto } from './route-metrics.dto.js';

/** Requests that found no route share one line: names made up by callers must not grow the table. */
const UNMATCHED = 'no route';

interface Measured {
  errors: number;
  readonly latency: LatencyHistogram;
}

/** What each route has seen since the process began. */
@Injectable()
export class RouteMetrics implements OnModuleInit {
  readonly since = new Date();
  private readonly byRoute = new Map<string, Measured>();
  private readonly count = httpRequests('gateway');

  constructor(private readonly host: HttpAdapterHost) {}

  onModuleInit(): void {
    const fastify = this.host.httpAdapter.getInstance<FastifyInstance>();
    fastify.addHook('onResponse', (request, reply, done) => {
      const route = findMatch(request)?.route.path ?? UNMATCHED;
      this.count(request.method, route, reply.statusCode, reply.elapsedTime);
      this.record(findMatch(request)?.name ?? UNMATCHED, reply.statusCode, reply.elapsedTime);
      done();
    });
  }

  report(): RouteMetricsDto[] {
    return [...this.byRoute]
      .map(([route, { errors, latency }]) => ({
        route,
        requests: latency.count,
        errors,
        p50_ms: latency.percentile(0.5),
        p95_ms: latency.percentile(0.95),
        p99_ms: latency.percentile(0.99),
      }))
      .sort((one, other) => other.requests - one.requests);
  }

  private record(route: string, status: number, milliseconds: number): void {
    let measured = this.byRoute.get(route);
    if (!measured) this.byRoute.set(route, (measured = { errors: 0, latency: new LatencyHistogram() }));
    measured.latency.record(milliseconds);
    if (status >= 500) measured.errors++;
  }
}
