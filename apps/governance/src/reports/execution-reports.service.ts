import { DomainError, requireRole } from '@agion/service-kit';
import type { Principal } from '@agion/wire';
import { Injectable } from '@nestjs/common';
import { ExecutionReportsStore, type KeptReport } from './execution-reports.store.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What became of decisions. */
@Injectable()
export class ExecutionReports {
  constructor(private readonly store: ExecutionReportsStore) {}

  /** @throws DomainError `decision-not-found`; ForbiddenError without the role `viewer` */
  async ofDecision(caller: Principal, decisionId: string): Promise<KeptReport[]> {
    requireRole(caller, 'viewer');
    const found = UUID.test(decisionId) ? await this.store.ofDecision(caller.organization.id, decisionId) : null;
    if (!found) throw new DomainError('decision-not-found', `there is no decision \`${decisionId}\``);
    return found;
  }
}
