import { auditEntry, OutboxPublisher, pseudonym, requireRole } from '@agion/service-kit';
import { ownerOf, type Principal } from '@agion/wire';
import { Injectable } from '@nestjs/common';
import { NamedDeadLettersStore } from '../dead-letters/named-dead-letters.store.js';
import { PeopleStore, type Erased } from './people.store.js';
import { PseudonymKeysStore } from './pseudonym-keys.store.js';

/** Forgets people without forgetting what followed from what they said. */
@Injectable()
export class PeopleService {
  constructor(
    private readonly store: PeopleStore,
    private readonly deadLetters: NamedDeadLettersStore,
    private readonly keys: PseudonymKeysStore,
    private readonly outbox: OutboxPublisher,
  ) {}

  /** The same stand-in each time, so that it can be done again. The trail tells that it was done, and not for whom. */
  async erase(caller: Principal, person: string): Promise<Erased & { standIn: string }> {
    requireRole(caller, 'admin');
    const { organization } = caller;
    const standIn = `erased:${pseudonym(await this.keys.of(organization.id), ['person', person])}`;
    const owner = ownerOf({ kind: 'user', subject: person, organization, role: null, groups: [] });
    const deadLetters = await this.deadLetters.naming(organization.id, person);
    const erased = await this.store.erase(
      organization.id,
      { person, owner, standIn, deadLetters },
      ({ deadLetters: letters, ...counts }) =>
        auditEntry({
          type: 'person.erased',
          actor: caller,
          subject: { kind: 'person', id: standIn },
          outcome: 'succeeded',
          details: { ...counts, dead_letters: letters },
        }),
    );
    this.outbox.nudge();
    return { ...erased, standIn };
  }
}
