import {
  auditEntry,
  etagOf,
  isBasedOn,
  LOGGER,
  OutboxPublisher,
  requireRole,
  ValidationFailedError,
} from '@agion/service-kit';
import { ownerOf, type Principal } from '@agion/wire';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { AgentPoliciesPublisher } from '../policies/agent-policies.publisher.js';
import { PolicySnapshots } from '../policies/policy-snapshots.service.js';
import { PolicyUpdatesPublisher } from '../policies/policy-updates.publisher.js';
import { actionInput } from './action-input.js';
import type { ActionRecord } from './action-record.js';
import { toActionDto } from './action-view.js';
import { ActionChangedError } from './actions.errors.js';
import { ActionsStore } from './actions.store.js';

/** What is known of actions, as people say it. A change is a revision of the policies: in force at once, and announced. */
@Injectable()
export class Actions {
  constructor(
    private readonly store: ActionsStore,
    private readonly snapshots: PolicySnapshots,
    private readonly updates: PolicyUpdatesPublisher,
    private readonly agents: AgentPoliciesPublisher,
    private readonly outbox: OutboxPublisher,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Says what is known of an action from now on.
   * @throws ForbiddenError, ValidationFailedError with every fault, PoliciesBrokenError, ActionChangedError, TooManyActionsError
   */
  async put(caller: Principal, name: string, body: unknown, ifMatch: string | undefined): Promise<ActionRecord> {
    requireRole(caller, 'admin');
    const { action, faults } = actionInput(name, body);
    if (!action) throw new ValidationFailedError(faults);
    const { organization } = caller;
    const { record, revision } = await this.store.put(organization.id, {
      action,
      createdBy: ownerOf(caller),
      precondition: (current) => {
        if (current && !isBasedOn(ifMatch, etagOf(JSON.stringify(toActionDto(current)))))
          throw new ActionChangedError(name, current.version);
      },
      audit: ({ version, risk, contextSchema }, next) =>
        auditEntry({
          type: 'action.changed',
          actor: caller,
          subject: { kind: 'action', id: name },
          outcome: 'succeeded',
          details: { version, risk, has_schema: contextSchema !== null, revision: next },
        }),
    });
    if (revision !== null) await this.announce(caller, revision);
    return record;
  }

  private async announce({ organization }: Principal, revision: number): Promise<void> {
    this.outbox.nudge();
    try {
      await this.snapshots.refresh(organization);
    } catch (error) {
      // It is committed: the next look at the revision makes up for it.
      this.logger.warn({ err: error, organization: organization.slug }, 'actions could not be loaded after a change');
    }
    await this.updates.changed(organization.slug, revision, ['*']);
    void this.agents.changed(organization);
  }
}
