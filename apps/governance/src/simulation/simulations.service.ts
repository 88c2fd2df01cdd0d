import { amendPolicies, matchesGlob, type PolicySet } from '@agion/policy-engine';
import { DomainError, requireRole, ServiceSettings, ValidationFailedError } from '@agion/service-kit';
import type { Principal } from '@agion/wire';
import { Injectable } from '@nestjs/common';
import { schemasOf } from '../actions/action-record.js';
import { asEnforced, type PolicyDocument } from '../policies/policy-record.js';
import { type OrganizationPolicies, PolicySnapshots } from '../policies/policy-snapshots.service.js';
import { RecordedDecisionsStore } from './recorded-decisions.store.js';
import { replay } from './replay.js';
import { type SimulationInput, simulationInput } from './simulation-input.js';
import { SimulationReport } from './simulation-report.js';
import { Drafts } from './withheld.js';

export interface Simulation {
  input: SimulationInput;
  report: SimulationReport;
  /** Of the policies in force. */
  revision: number;
  /** Back to when the window was replayed; its beginning, when all of it was. */
  through: Date;
  complete: boolean;
  /** Milliseconds. */
  took: number;
}

/** Decisions one simulation looks at, at most, and the milliseconds it may take: whoever waits for it gets an answer. */
const MOST_DECISIONS = 250_000;
const MOST_MS = 8_000;

/** Replays recorded decisions with policies that are not in force. Changes nothing. */
@Injectable()
export class Simulations {
  constructor(
    private readonly snapshots: PolicySnapshots,
    private readonly recorded: RecordedDecisionsStore,
    private readonly settings: ServiceSettings,
  ) {}

  /** @throws ValidationFailedError with every fault, ForbiddenError, DomainError `conflict` while there is another one */
  async run(caller: Principal, body: unknown): Promise<Simulation> {
    requireRole(caller, 'operator');
    const inForce = await this.snapshots.newest(caller.organization);
    const input = simulationInput(body, schemasOf(inForce.actions));
    if (!('drafts' in input)) throw new ValidationFailedError([...input]);
    const startedAt = performance.now();
    const drafted = withDrafts(inForce, input.drafts);
    const by = { drafted, today: inForce.set, drafts: new Drafts(input.drafts), mode: this.settings.mode };
    const report = new SimulationReport(input.limit);
    let [through, complete, seen] = [input.from, true, 0];
    const wanted = wantedBy(input);
    const { from, to } = input;
    const isMine = await this.recorded.inTurn(caller.organization.id, { from, to, wanted }, (page, reached) => {
      for (const decision of page) report.add(decision, replay(decision, by));
      seen += page.length;
      complete = seen < MOST_DECISIONS && performance.now() - startedAt < MOST_MS;
      if (!complete) through = reached;
      return complete;
    });
    if (!isMine) throw new SimulationUnderWayError();
    return { input, report, revision: inForce.revision, through, complete, took: performance.now() - startedAt };
  }
}

class SimulationUnderWayError extends DomainError {
  constructor() {
    super('conflict', 'another simulation of this organization is under way', {
      hint: `there is one at a time, and none takes longer than ${MOST_MS / 1_000} seconds: try again then`,
    });
  }
}

/** The policies in force with the drafts in place of those of their ids, as if they were active and enforced; archived ones are out. */
function withDrafts({ policies, set }: OrganizationPolicies, drafts: readonly PolicyDocument[]): PolicySet {
  const ids = new Set(drafts.map(({ metadata }) => metadata.id));
  const gone = policies.filter(({ document }) => ids.has(document.metadata.id));
  const come = drafts
    .filter(({ spec }) => spec.status !== 'archived')
    .map((draft) => ({ document: asEnforced(draft), version: 0 }));
  const { revision, defaultEffect, actions } = set;
  return amendPolicies(set, { gone, come }, { revision, defaultEffect, actions: [...actions.values()] });
}

function wantedBy({ agents, actions }: SimulationInput): (row: { agent_id: string; action: string }) => boolean {
  const fits = (patterns: readonly string[], name: string): boolean =>
    patterns.length === 0 || patterns.some((pattern) => matchesGlob(pattern, name));
  return ({ agent_id: agentId, action }) => fits(agents, agentId) && fits(actions, action);
}
