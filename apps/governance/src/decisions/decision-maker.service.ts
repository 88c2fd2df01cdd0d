import { Injectable } from '@nestjs/common';
import { AgentFacts, ServiceSettings } from '@agion/service-kit';
import type { Organization } from '@agion/wire';
import { PolicySnapshots } from '../policies/policy-snapshots.service.js';
import { TrustScores } from '../trust/trust-scores.service.js';
import type { Judgement, Question } from './decision.js';
import { judge, type Standing } from './judge.js';

/** Decides. What it decides by is in memory, save for the first question of an agent in a while. */
@Injectable()
export class DecisionMaker {
  constructor(
    private readonly snapshots: PolicySnapshots,
    private readonly facts: AgentFacts,
    private readonly scores: TrustScores,
    private readonly settings: ServiceSettings,
  ) {}

  /** What is known about an agent now. @throws when something of it cannot be reached and never was */
  async standingOf(organization: Organization, agentId: string): Promise<Standing> {
    const [policies, agent, trust] = await Promise.all([
      this.snapshots.of(organization),
      this.facts.of(organization, agentId),
      this.scores.of(organization, agentId),
    ]);
    return { policies, agent, trust };
  }

  /** @param at milliseconds since 1970 */
  judge(standing: Standing, question: Question, at: number): Judgement {
    return judge(standing, question, { mode: this.settings.mode, at, clock: () => performance.now() });
  }
}
