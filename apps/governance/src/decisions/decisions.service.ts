import { Injectable } from '@nestjs/common';
import { ForbiddenError, UnavailableError } from '@agion/service-kit';
import { speaksFor, type Principal } from '@agion/wire';
import { v7 as uuidv7 } from 'uuid';
import { PolicySnapshots } from '../policies/policy-snapshots.service.js';
import type { Decision, Question, RecordedDecision } from './decision.js';
import { DecisionLedger } from './decision-ledger.service.js';
import { DecisionMaker } from './decision-maker.service.js';
import type { DecisionSearch } from './decision-search.js';
import { DecisionNotFoundError } from './decisions.errors.js';
import { DecisionsStore } from './decisions.store.js';
import { explanationOf, type DecisionExplanation } from './explanation.js';
import { newDecision } from './question.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Decisions over HTTP, and the window onto the ledger. */
@Injectable()
export class DecisionsService {
  constructor(
    private readonly maker: DecisionMaker,
    private readonly ledger: DecisionLedger,
    private readonly store: DecisionsStore,
    private readonly snapshots: PolicySnapshots,
  ) {}

  /**
   * Decides, and answers when the decision is in the ledger.
   * @throws ForbiddenError unless the caller speaks for the agent, UnavailableError when what the decision depends on is away
   */
  async check(caller: Principal, question: Question): Promise<Decision> {
    if (!speaksFor(caller, question.agentId))
      throw new ForbiddenError(`these credentials do not speak for \`${question.agentId}\``, HINT);
    const { organization } = caller;
    const standing = await this.maker.standingOf(organization, question.agentId).catch((error: unknown) => {
      throw Object.assign(new UnavailableError('what the decision depends on cannot be reached'), { cause: error });
    });
    const at = new Date();
    const judgement = this.maker.judge(standing, question, at.getTime());
    const frame = {
      organizationId: organization.id,
      decisionId: uuidv7(),
      source: 'http',
      answered: true,
      replyTo: null,
      at,
    } as const;
    const decision = newDecision(frame, question, judgement);
    await this.ledger.record([decision]);
    return decision;
  }

  /** Newest first. */
  search(caller: Principal, search: DecisionSearch): Promise<RecordedDecision[]> {
    return this.store.search(caller.organization.id, search);
  }

  /** @throws DecisionNotFoundError when the caller's organization has no such decision */
  async get(caller: Principal, decisionId: string): Promise<RecordedDecision> {
    const found = UUID.test(decisionId) ? await this.store.find(caller.organization.id, decisionId) : null;
    if (!found) throw new DecisionNotFoundError(decisionId);
    return found;
  }

  /** Why it came out as it did, by the policies of its time. @throws DecisionNotFoundError as `get` does */
  async why(caller: Principal, decisionId: string): Promise<DecisionExplanation> {
    const decision = await this.get(caller, decisionId);
    const { policyRevision } = decision;
    const policies = policyRevision === null ? null : await this.snapshots.at(caller.organization, policyRevision);
    return explanationOf(decision, policies?.set ?? null);
  }
}

const HINT = 'an agent asks for itself, a container for the agents in it';
