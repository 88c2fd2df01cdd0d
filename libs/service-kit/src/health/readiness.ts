import { Injectable } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';

/** A provider with this shape is asked by `GET /readiness`; it is found by its shape, so libraries need not know each other. */
export interface ReadinessCheck {
  readonly readinessName: string;
  /** Details worth showing. @throws when the part cannot be relied on */
  checkReadiness(): Promise<Record<string, unknown> | void>;
}

export interface ReadinessReport {
  status: 'ready' | 'not_ready';
  checks: Record<string, { status: 'ok' | 'failed'; detail?: string } & Record<string, unknown>>;
}

/** Milliseconds a check may take. */
const CHECK_TIMEOUT = 2_000;

@Injectable()
export class Readiness {
  private stopping = false;

  constructor(private readonly modules: ModulesContainer) {}

  /** From now on the answer is no: load balancers take the service out while it finishes what it has. */
  stop(): void {
    this.stopping = true;
  }

  async report(): Promise<ReadinessReport> {
    const results = await Promise.all(
      this.checks().map(async (check) => [check.readinessName, await outcome(check)] as const),
    );
    const checks: ReadinessReport['checks'] = Object.fromEntries(results);
    if (this.stopping) checks.lifecycle = { status: 'failed', detail: 'the service is stopping' };
    const ready = Object.values(checks).every(({ status }) => status === 'ok');
    return { status: ready ? 'ready' : 'not_ready', checks };
  }

  private checks(): ReadinessCheck[] {
    const instances = [...this.modules.values()].flatMap((module) => [
      ...module.providers.values(),
      ...module.controllers.values(),
    ]);
    return [...new Set(instances.map(({ instance }) => instance))].filter(isCheck);
  }
}

const isCheck = (value: unknown): value is ReadinessCheck =>
  typeof value === 'object' &&
  value !== null &&
  'readinessName' in value &&
  typeof (value as Partial<ReadinessCheck>).checkReadiness === 'function';

async function outcome(check: ReadinessCheck): Promise<ReadinessReport['checks'][string]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${CHECK_TIMEOUT} ms`)), CHECK_TIMEOUT);
  });
  try {
    return { status: 'ok', ...(await Promise.race([check.checkReadiness(), late])) };
  } catch (error) {
    return { status: 'failed', detail: (error as Error).message };
  } finally {
    clearTimeout(timer);
  }
}
