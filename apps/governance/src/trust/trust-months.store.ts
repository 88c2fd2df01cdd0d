import { WorkerPool } from '@agion/database';
import { Injectable } from '@nestjs/common';

/** The partitions of `governance.trust_events`. */
@Injectable()
export class TrustMonthsStore {
  constructor(private readonly worker: WorkerPool) {}

  /** Makes those that are missing, half a year ahead. */
  async prepare(): Promise<void> {
    await this.worker.query({ text: 'SELECT governance.prepare_trust_months()' });
  }
}
