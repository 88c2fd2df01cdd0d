import { Injectable } from '@nestjs/common';
import { DecisionRepliesPublisher } from './decision-replies.publisher.js';
import { judgementIn } from './decision-reply.js';
import type { Judgement } from './decision.js';
import { TOO_LATE } from './judge.js';
import { DecisionsStore } from './decisions.store.js';

/** A request that was delivered before. */
export interface Repeated {
  organizationId: string;
  decisionId: string;
  /** Where its answer goes, and when Redis took it (milliseconds since 1970). */
  replyTo: string;
  takenAt: number;
}

/** What became of a request the first time. */
export interface Earlier {
  judgement: Judgement;
  answered: boolean;
  /** It is in the ledger; otherwise its answer alone was found. */
  recorded: boolean;
}

/** Finds out what an earlier delivery of a request led to, so that it is not decided twice: a policy may have changed since. */
@Injectable()
export class EarlierDecisions {
  constructor(
    private readonly store: DecisionsStore,
    private readonly replies: DecisionRepliesPublisher,
  ) {}

  /** By decision id; those of which nothing is known are missing. */
  async of(requests: readonly Repeated[]): Promise<Map<string, Earlier>> {
    const found = new Map<string, Earlier>();
    for (const recorded of await this.store.known(requests)) {
      const judgement = { ...recorded, request: null, fingerprint: null, shadowMatched: [] };
      found.set(recorded.decisionId, { judgement, answered: recorded.answered, recorded: true });
    }
    const open = requests.filter(({ decisionId }) => !found.has(decisionId));
    for (const stream of new Set(open.map(({ replyTo }) => replyTo))) {
      for (const [id, judgement] of await this.answeredOn(stream, open))
        found.set(id, { judgement, answered: judgement.reason !== TOO_LATE.reason, recorded: false });
    }
    return found;
  }

  private async answeredOn(stream: string, requests: readonly Repeated[]): Promise<[string, Judgement][]> {
    const here = requests.filter(({ replyTo }) => replyTo === stream);
    const since = Math.min(...here.map(({ takenAt }) => takenAt));
    const answers = await this.replies.find(stream, since, new Set(here.map(({ decisionId }) => decisionId)));
    return [...answers].flatMap(([id, fields]) => {
      const judgement = judgementIn(fields);
      return judgement ? [[id, judgement] as [string, Judgement]] : [];
    });
  }
}
