import { WorkerPool } from '@agion/database';
import { Injectable } from '@nestjs/common';
import { insertAuditEvents } from '../audit/audit-rows.store.js';
import { insertViolations } from '../violations/violation-rows.store.js';
import { firstOfEach } from './first-of-each.js';
import { forgeryEvidence, forgeryFact, forgeryId, forgeryViolation, type Forgery } from './forgery.js';
import { insertEvidence } from './trust-evidence.store.js';

/** What follows from forgeries: evidence against the forger, a violation and a fact of the trail, together and once. */
@Injectable()
export class ForgeriesStore {
  constructor(private readonly worker: WorkerPool) {}

  async record(given: readonly Forgery[]): Promise<void> {
    const forgeries = firstOfEach(given, (one) => `${one.organization.id} ${forgeryId(one)}`);
    await this.worker.transaction(async (client) => {
      await insertEvidence(client, forgeries.flatMap(forgeryEvidence));
      await insertViolations(client, forgeries.map(forgeryViolation));
      await insertAuditEvents(client, forgeries.map(forgeryFact));
    });
  }
}
