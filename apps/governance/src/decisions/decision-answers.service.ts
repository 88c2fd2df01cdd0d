import { PermanentError } from '@agion/messaging';
import { SERVICE, type ServiceFacts, unavailableDecisions } from '@agion/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { Judgement } from './decision.js';
import { DecisionRepliesPublisher, type Reply } from './decision-replies.publisher.js';
import { replyFields } from './decision-reply.js';
import { NOT_WRITTEN } from './judge.js';
import type { Decided, Made, Request } from './made-decisions.js';

/** Requests that were refused and may come again, because others of their batch were not written down in time. */
const MOST_REFUSED = 50_000;

/** Answers requests, each once in the life of this process however often its entry is delivered. */
@Injectable()
export class DecisionAnswers {
  private readonly refused = new Set<string>();
  private readonly sending = new Map<Made, Promise<unknown>>();
  private readonly count: (decisions: number) => void;

  constructor(
    private readonly replies: DecisionRepliesPublisher,
    @Inject(SERVICE) { name }: ServiceFacts,
  ) {
    const count = unavailableDecisions(name);
    this.count = (decisions) => count('ledger', decisions);
  }

  /** Whether nothing is decided about a request, and its agent knows. */
  hasRefused({ decisionId }: Request): boolean {
    return this.refused.has(decisionId);
  }

  /** Answers at once that nothing is decided, which is no decision and in no ledger. @throws UnavailableError without Redis */
  async refuse(requests: readonly Request[]): Promise<void> {
    if (requests.length === 0) return;
    this.count(requests.length);
    await this.replies.send(requests.map((request) => replyTo(request, NOT_WRITTEN)));
    for (const { decisionId } of requests) this.refused.add(decisionId);
    for (const oldest of this.refused) {
      if (this.refused.size <= MOST_REFUSED) return;
      this.refused.delete(oldest);
    }
  }

  /** @returns what could not be answered, with why. @throws UnavailableError without Redis */
  async send<One extends Decided>(requests: readonly One[]): Promise<Map<One['message'], Error>> {
    await this.sentElsewhere(requests);
    const open = requests.filter(({ made }) => !made.sent);
    const results = this.replies.send(open.map((request) => replyTo(request, request.made.judgement)));
    for (const { made } of open) this.sending.set(made, results);
    const failed = new Map<One['message'], Error>();
    try {
      for (const [index, error] of (await results).entries()) {
        const { message, target, made } = open[index] as One;
        if (!error) made.sent = true;
        else if (target.named && error.message.startsWith('WRONGTYPE'))
          failed.set(message, new PermanentError('`reply_to` names a key that is not a stream'));
        else failed.set(message, error);
      }
    } finally {
      for (const { made } of open) this.sending.delete(made);
    }
    for (const { span } of open) span?.end();
    return failed;
  }

  /** A request that is delivered again while its answer is on its way has to wait for what becomes of that. */
  private async sentElsewhere(requests: readonly Decided[]): Promise<void> {
    for (;;) {
      const under = requests.flatMap(({ made }) => this.sending.get(made) ?? []);
      if (under.length === 0) return;
      await Promise.allSettled(under);
    }
  }
}

const replyTo = ({ decisionId, target, question, span }: Request, judgement: Judgement): Reply => ({
  target,
  fields: replyFields(question.correlationId ?? '', decisionId, judgement, span?.traceparent),
});
