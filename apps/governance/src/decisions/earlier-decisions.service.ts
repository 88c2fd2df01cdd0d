import { Injectable } from '@nestjs/common';
import { DecisionRepliesPublisher } from './decision-replies.publisher.js';
import { judgementIn } from './decision-reply.js';
import type { Judgement } from './decision.js';
import { NOT_WRITTEN, TOO_LATE } from './judge.js';
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
  /** It is in the ledger, or belongs into none; otherwise its answer alone was found. */
  recorded: boolean;
  /** Its answer is where the agent reads it, and need not be sent again. */
  sent: boolean;
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
    const searched = new Set<string>();
    for (const stream of new Set(requests.map(({ replyTo }) => replyTo))) {
      const { answers, whole } = await this.answeredOn(stream, requests);
      for (const { replyTo, decisionId } of requests) if (whole && replyTo === stream) searched.add(decisionId);
      for (const [id, judgement] of answers)
        found.set(id, {
          judgement,
          answered: judgement.reason !== TOO_LATE.reason,
          recorded: judgement.reason === NOT_WRITTEN.reason, // nothing is decided: there is nothing to record
          sent: true,
        });
    }
    for (const recorded of await this.store.known(requests)) {
      const { decisionId: id, answered } = recorded;
      const judgement = { ...recorded, request: null, fingerprint: null, shadowMatched: [] };
      // Answers come before the ledger: one is missing only where all were looked at, after Redis has lost some.
      found.set(id, { judgement, answered, recorded: true, sent: found.has(id) || !searched.has(id) });
    }
    return found;
  }

  private async answeredOn(
    stream: string,
    requests: readonly Repeated[],
  ): Promise<{ answers: [string, Judgement][]; whole: boolean }> {
    const here = requests.filter(({ replyTo }) => replyTo === stream);
    const since = Math.min(...here.map(({ takenAt }) => takenAt));
    const { found, whole } = await this.replies.find(stream, since, new Set(here.map(({ decisionId }) => decisionId)));
    const answers = [...found].flatMap(([id, fields]) => {
      const judgement = judgementIn(fields);
      return judgement ? [[id, judgement] as [string, Judgement]] : [];
    });
    return { answers, whole };
  }
}
