import type { DecisionRequestEntryDto } from '@agion/dto';
import type { RemoteSpan, StreamMessage } from '@agion/service-kit';
import type { Asking } from './batch-standings.js';
import type { Judgement, Question } from './decision.js';
import type { ReplyTarget } from './reply-target.js';

/** What was made of a request, until it is in the ledger. */
export interface Made {
  judgement: Judgement;
  answered: boolean;
  sent: boolean;
  recorded: boolean;
  at: Date;
}

export interface Request {
  message: StreamMessage<DecisionRequestEntryDto>;
  question: Question;
  decisionId: string;
  target: ReplyTarget;
  /** Milliseconds since 1970, by the clock of Redis. */
  takenAt: number;
  /** Until when somebody waits for the answer, as `performance.now()` tells it. */
  until: number;
  overdue: boolean;
  /** Of the trace the request says it belongs to. */
  span: RemoteSpan | null;
}

/** A request and what was made of it: also when another batch with the same request is done with it meanwhile. */
export type Decided = Request & { readonly made: Made };

/** Decisions that are made and not yet written: what was answered must not be decided anew while the database is away. */
export class MadeDecisions {
  private readonly byId = new Map<string, Made>();

  constructor(private readonly most: number) {}

  get(decisionId: string): Made | undefined {
    return this.byId.get(decisionId);
  }

  has(decisionId: string): boolean {
    return this.byId.has(decisionId);
  }

  /** Of too many the oldest is forgotten. */
  keep(decisionId: string, made: Made): void {
    this.byId.set(decisionId, made);
    if (this.byId.size <= this.most) return;
    for (const oldest of this.byId.keys()) {
      this.byId.delete(oldest);
      return;
    }
  }

  forget(decisionId: string): void {
    this.byId.delete(decisionId);
  }
}

/** Whose facts a request needs. */
export const askingOf = ({ message: { organization }, question: { agentId }, until }: Request): Asking => ({
  organization,
  agentId,
  until,
});
