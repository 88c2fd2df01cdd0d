import { Injectable } from '@nestjs/common';
import { OrganizationDirectory } from '@agion/service-kit';
import { TrustScores } from '../trust/trust-scores.service.js';
import type { NewDecision } from './decision.js';
import { DecisionsStore } from './decisions.store.js';

interface Waiting {
  urgent: boolean;
  decisions: readonly NewDecision[];
  done: () => void;
  failed: (error: unknown) => void;
}

/** Decisions written together, about. */
const ENOUGH = 1_000;
/** Milliseconds more decisions are waited for when nobody waits for those that are there. */
const PATIENCE_MS = 10;

/**
 * Writes decisions down. While one transaction runs, those that come are gathered for the next one: many small batches cost one
 * commit.
 */
@Injectable()
export class DecisionLedger {
  private waiting: Waiting[] = [];
  private writing = false;
  /** Ends the wait for more. */
  private hurry: (() => void) | undefined;

  constructor(
    private readonly store: DecisionsStore,
    private readonly scores: TrustScores,
    private readonly organizations: OrganizationDirectory,
  ) {}

  /** Resolves when the decisions are committed, with what follows from the denials among them. */
  record(decisions: readonly NewDecision[]): Promise<void> {
    return this.gather(decisions, true);
  }

  /** The same a few milliseconds later, together with what has come by then: for decisions that have been answered. */
  recordSoon(decisions: readonly NewDecision[]): Promise<void> {
    return this.gather(decisions, false);
  }

  private gather(decisions: readonly NewDecision[], urgent: boolean): Promise<void> {
    if (decisions.length === 0) return Promise.resolve();
    return new Promise((done, failed) => {
      this.waiting.push({ urgent, decisions, done, failed });
      if (!this.writing) void this.write();
      else if (this.isTime()) this.hurry?.();
    });
  }

  private async write(): Promise<void> {
    this.writing = true;
    while (this.waiting.length > 0) {
      if (!this.isTime()) await this.more();
      await this.writeTogether(this.next());
    }
    this.writing = false;
  }

  private isTime(): boolean {
    let count = 0;
    return this.waiting.some(({ urgent, decisions }) => urgent || (count += decisions.length) >= ENOUGH);
  }

  private async more(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.hurry = resolve;
      timer = setTimeout(resolve, PATIENCE_MS);
    });
    clearTimeout(timer);
    this.hurry = undefined;
  }

  private next(): Waiting[] {
    let count = 0;
    const end = this.waiting.findIndex(({ decisions }) => (count += decisions.length) >= ENOUGH);
    return this.waiting.splice(0, end < 0 ? this.waiting.length : end + 1);
  }

  /** When they fail together each is tried alone: one caller's fault is not another's. */
  private async writeTogether(group: readonly Waiting[]): Promise<void> {
    try {
      this.denied(await this.store.record(group.flatMap(({ decisions }) => decisions)));
      for (const { done } of group) done();
    } catch (error) {
      if (group.length === 1) group[0]?.failed(error);
      else for (const one of group) await this.writeTogether([one]);
    }
  }

  /** Scores have changed; nobody waits for them to be worked out. */
  private denied(denials: readonly NewDecision[]): void {
    if (denials.length === 0) return;
    for (const organization of this.organizations.all()) {
      const own = denials.filter(({ organizationId }) => organizationId === organization.id);
      if (own.length > 0) void this.scores.changed(organization, new Set(own.map(({ agentId }) => agentId)));
    }
  }
}
