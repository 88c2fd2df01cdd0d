import { SERVICE, type ServiceFacts, unavailableDecisions } from '@agion/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { Judgement } from './decision.js';
import { DecisionRepliesPublisher, type Reply } from './decision-replies.publisher.js';
import { replyFields } from './decision-reply.js';
import { NOT_WRITTEN } from './judge.js';
import type { Decided, Made, Request } from './made-decisions.js';

/** Answers requests, each once in the life of this process however often its entry is delivered. */
@Injectable()
export class DecisionAnswers {
  private readonly sending = new Map<Made, Promise<unknown>>();
  private readonly count: (decisions: number) => void;

  constructor(
    private readonly replies: DecisionRepliesPublisher,
    @Inject(SERVICE) { name }: ServiceFacts,
  ) {
    const count = unavailableDecisions(name);
    this.count = (decisions) => count('ledger', decisions);
  }

  /** Answers at once that nothing is decided, which is no decision and in no ledger. @throws UnavailableError without Redis */
  async refuse(requests: readonly Request[]): Promise<void> {
    if (requests.length === 0) return;
    this.count(requests.length);
    await this.replies.send(requests.map((request) => replyTo(request, NOT_WRITTEN)));
  }

  /** @returns what could not be answered, with why. @throws UnavailableError without Redis */
  async send<One extends Decided>(requests: readonly One[]): Promise<Map<One['message'], Error>> {
    for (let under = this.sendingOf(requests); under.length > 0; under = this.sendingOf(requests))
      await Promise.allSettled(under);
    const open = requests.filter(({ made }) => !made.sent);
    const results = this.replies.send(open.map((request) => replyTo(request, request.made.judgement)));
    for (const { made } of open) this.sending.set(made, results);
    const failed = new Map<One['message'], Error>();
    try {
      for (const [index, error] of (await results).entries()) {
        const { message, made } = open[index] as One;
        if (error) failed.set(message, error);
        else made.sent = true;
      }
    } finally {
      for (const { made } of open) this.sending.delete(made);
    }
    for (const { span } of open) span?.end();
    return failed;
  }

  /**
   * A request that is delivered again while its answer is on its way has to wait for what becomes of that. Whoever finds that nothing is
   * under way has to send in the same turn: several may have waited for one that failed.
   */
  private sendingOf(requests: readonly Decided[]): Promise<unknown>[] {
    return requests.flatMap(({ made }) => this.sending.get(made) ?? []);
  }
}

const replyTo = ({ decisionId, target, question, span }: Request, judgement: Judgement): Reply => ({
  target,
  fields: replyFields(question.correlationId ?? '', decisionId, judgement, span?.traceparent),
});
