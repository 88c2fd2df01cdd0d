import { auditEntry, OutboxPublisher, requireRole, type AuditEntry } from '@agion/service-kit';
import { ownerOf, streamKey, type Principal } from '@agion/wire';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { IngestGate } from '../events/ingest-gate.publisher.js';
import type { DeadLetter, WholeDeadLetter } from './dead-letter.js';
import {
  DeadLetterNotFoundError,
  DeadLetterNotRedrivableError,
  DeadLetterSettledError,
} from './dead-letters.errors.js';
import { DeadLettersStore, type DeadLetterSearch, type Settling } from './dead-letters.store.js';
import { fieldsFor, obstacleTo } from './redrive.js';

/** What operators do about entries that could not be handled. */
@Injectable()
export class DeadLettersService {
  constructor(
    private readonly store: DeadLettersStore,
    private readonly gate: IngestGate,
    private readonly outbox: OutboxPublisher,
  ) {}

  list(caller: Principal, search: DeadLetterSearch): Promise<DeadLetter[]> {
    requireRole(caller, 'operator');
    return this.store.search(caller.organization.id, search);
  }

  /** @throws DeadLetterNotFoundError */
  async find(caller: Principal, id: string): Promise<WholeDeadLetter> {
    requireRole(caller, 'operator');
    const letter = await this.store.find(caller.organization.id, id);
    if (!letter) throw new DeadLetterNotFoundError(id);
    return letter;
  }

  /**
   * Puts an entry back into its stream, as it came and with the id it had. That it goes is committed before it does, so that a crash
   * puts it back once more rather than not at all; its consumer knows it by its id and lets it count once.
   * @throws DeadLetterNotFoundError, DeadLetterSettledError, DeadLetterNotRedrivableError, and what `IngestGate` throws
   */
  async redrive(caller: Principal, id: string): Promise<DeadLetter> {
    const letter = await this.openOne(caller, id);
    const obstacle = obstacleTo(letter, Date.now());
    if (obstacle !== null || letter.fields === null) throw new DeadLetterNotRedrivableError(id, obstacle ?? '');
    const { organization } = caller;
    const stream = streamKey(organization.slug, letter.stream);
    await this.gate.admit(caller, new Map([[stream, 1]]));
    const entry = { id: uuidv7(), organizationId: organization.id, stream, fields: fieldsFor(letter, letter.fields) };
    return this.settle(caller, letter, { to: 'redriven', reason: null }, [entry]);
  }

  /** @throws DeadLetterNotFoundError, DeadLetterSettledError */
  async discard(caller: Principal, id: string, reason: string): Promise<DeadLetter> {
    return this.settle(caller, await this.openOne(caller, id), { to: 'discarded', reason }, []);
  }

  private async openOne(caller: Principal, id: string): Promise<WholeDeadLetter> {
    const letter = await this.find(caller, id);
    if (letter.status !== 'open') throw new DeadLetterSettledError(letter);
    return letter;
  }

  private async settle(
    caller: Principal,
    letter: DeadLetter,
    { to, reason }: Pick<Settling, 'to' | 'reason'>,
    entries: readonly AuditEntry[],
  ): Promise<DeadLetter> {
    const { id, stream, sourceId, agentId, redrives } = letter;
    const fact = auditEntry({
      type: `dead_letter.${to}`,
      actor: caller,
      subject: { kind: 'dead_letter', id, stream },
      outcome: 'succeeded',
      details: { source_id: sourceId, agent_id: agentId, failed_at: letter.failedAt.toISOString(), redrives, reason },
    });
    const settling = { to, by: ownerOf(caller), reason, redrives };
    const settled = await this.store.settle(caller.organization.id, id, settling, [fact, ...entries]);
    if (!settled) throw new DeadLetterSettledError(await this.find(caller, id));
    this.outbox.nudge();
    return settled;
  }
}
