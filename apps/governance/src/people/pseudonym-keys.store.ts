import { pseudonymKey, WorkerPool } from '@agion/database';
import { Injectable } from '@nestjs/common';

/** `governance.pseudonym_keys`: what slots of votes and names of erased people are made with. */
@Injectable()
export class PseudonymKeysStore {
  private readonly known = new Map<string, Promise<Buffer>>();

  constructor(private readonly worker: WorkerPool) {}

  of(organizationId: string): Promise<Buffer> {
    const known = this.known.get(organizationId) ?? pseudonymKey((one) => this.worker.query(one), organizationId);
    this.known.set(organizationId, known);
    known.catch(() => this.known.delete(organizationId));
    return known;
  }
}
