import { DecisionRequestEntryDto, readDecisionRequest } from '@agion/dto';
import { PermanentError, streamIdTime } from '@agion/messaging';
import {
  CrashPoints,
  EntryProofs,
  faultIn,
  entryIdentity,
  LOGGER,
  ServiceSettings,
  StreamHandler,
  type Proof,
  type StreamFailure,
  type StreamMessage,
} from '@agion/service-kit';
import { STREAMS } from '@agion/wire';
import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import type { Logger } from 'pino';
import { isOverdue } from './deadline.js';
import type { Judgement, Question } from './decision.js';
import { decisionIdOf, requestTime } from './decision-id.js';
import { DecisionLedger } from './decision-ledger.service.js';
import { DecisionMaker } from './decision-maker.service.js';
import { DecisionRepliesPublisher } from './decision-replies.publisher.js';
import { replyFields } from './decision-reply.js';
import { type Earlier, EarlierDecisions } from './earlier-decisions.service.js';
import { TOO_LATE, UNAVAILABLE, type Standing } from './judge.js';
import { newDecision, questionIn } from './question.js';
import { replyTarget, type ReplyTarget } from './reply-target.js';

type Message = StreamMessage<DecisionRequestEntryDto>;

/** What was made of a request, until it is in the ledger. */
interface Made {
  judgement: Judgement;
  answered: boolean;
  sent: boolean;
  recorded: boolean;
  at: Date;
}

interface Request {
  message: Message;
  question: Question;
  decisionId: string;
  target: ReplyTarget;
  takenAt: number;
  overdue: boolean;
}

/** A request and what was made of it: also when another batch with the same request is done with it meanwhile. */
type Decided = Request & { readonly made: Made };

const BATCH = 256;
const BATCHES = 100;
/** Decisions made and not yet written. All that is in work has room: what was answered must not be decided anew while the database is away. */
const MOST_UNWRITTEN = 2 * BATCH * BATCHES;

/**
 * Answers what agents ask over the streams: the answers first, then the ledger, then the acknowledgement. A crash in between brings
 * the requests back; they keep their ids and, as far as it can be found, the decision that was sent.
 */
@Controller()
export class DecisionRequestsConsumer {
  private readonly unwritten = new Map<string, Made>();

  constructor(
    private readonly maker: DecisionMaker,
    private readonly earlier: EarlierDecisions,
    private readonly replies: DecisionRepliesPublisher,
    private readonly ledger: DecisionLedger,
    private readonly proofs: EntryProofs,
    private readonly settings: ServiceSettings,
    private readonly crashPoints: CrashPoints,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  @StreamHandler(STREAMS.governanceRequests, {
    group: 'governance',
    entry: DecisionRequestEntryDto,
    read: readDecisionRequest,
    batch: BATCH,
    overlap: BATCHES,
  })
  async decide(@Payload() messages: Message[]): Promise<StreamFailure[]> {
    const proofs = await this.proofs.ofEach(messages);
    const now = Date.now();
    const failures: StreamFailure[] = [];
    const requests: Request[] = [];
    for (const [index, message] of messages.entries()) {
      const request = this.requestIn(message, proofs[index] ?? 'nobody', now);
      if (request instanceof Error) failures.push({ message, error: request });
      else requests.push(request);
    }
    const decided = await this.decideAll(requests, now);
    const failed = await this.answer(decided);
    this.crashPoints.reach('after_reply');
    await this.record(decided.filter(({ message }) => !failed.has(message)));
    for (const [message, error] of failed) failures.push({ message, error });
    return failures;
  }

  private requestIn(message: Message, proof: Proof, now: number): Request | Error {
    const { id, entry, organization } = message;
    const fault = faultIn(proof, this.settings.mode);
    if (fault !== null) return new PermanentError(fault);
    const target = replyTarget(entry.reply_to, entry.agent_id, organization.slug);
    if (!target) return new PermanentError('`reply_to` is not the reply stream of the container of `agent_id`');
    const takenAt = streamIdTime(id);
    return {
      message,
      question: questionIn(entry),
      decisionId: decisionIdOf({
        organizationId: organization.id,
        identity: entryIdentity(message, proof, id),
        time: requestTime(proof, entry.timestamp, takenAt),
      }),
      target,
      takenAt,
      overdue: isOverdue(takenAt, entry.timeout_ms, now),
    };
  }

  private async decideAll(requests: readonly Request[], now: number): Promise<Decided[]> {
    const at = new Date(now);
    const standings = new Map<string, Promise<Standing | null>>();
    await this.recall(requests, standings, at);
    const decided: Decided[] = [];
    for (const request of requests) {
      const { decisionId, overdue } = request;
      let made = this.unwritten.get(decisionId);
      if (!made || (overdue && !made.sent && !made.recorded)) {
        const judgement = overdue ? TOO_LATE : await this.judge(request, standings, now);
        made = { judgement, answered: !overdue, sent: false, recorded: false, at };
        this.remember(decisionId, made);
      }
      decided.push({ ...request, made });
    }
    return decided;
  }

  /** What an earlier delivery to another process, or to an earlier life of this one, led to. */
  private async recall(
    requests: readonly Request[],
    standings: Map<string, Promise<Standing | null>>,
    at: Date,
  ): Promise<void> {
    const repeated = requests.filter(
      ({ message, decisionId }) => message.deliveries > 1 && !this.unwritten.has(decisionId),
    );
    if (repeated.length === 0) return;
    const found = await this.earlier.of(
      repeated.map(({ message, decisionId, target, takenAt }) => ({
        organizationId: message.organization.id,
        decisionId,
        replyTo: target.stream,
        takenAt,
      })),
    );
    for (const request of repeated) {
      const earlier = found.get(request.decisionId);
      if (!earlier) continue;
      const judgement = earlier.recorded ? earlier.judgement : await this.completed(earlier, request, standings, at);
      this.remember(request.decisionId, { ...earlier, judgement, sent: request.overdue, at });
    }
  }

  /** An answer does not say what was asked, nor of which build: the ledger and the evidence of a denial need both. */
  private async completed(
    { judgement }: Earlier,
    request: Request,
    standings: Map<string, Promise<Standing | null>>,
    at: Date,
  ): Promise<Judgement> {
    const { request: asked, fingerprint } = await this.judge(request, standings, at.getTime());
    return { ...judgement, request: asked, fingerprint };
  }

  private async judge(
    { message, question }: Request,
    standings: Map<string, Promise<Standing | null>>,
    now: number,
  ): Promise<Judgement> {
    const key = `${message.organization.id} ${question.agentId}`;
    let standing = standings.get(key);
    if (!standing) {
      standing = this.maker.standingOf(message.organization, question.agentId).catch((error: unknown) => {
        this.log.warn({ err: error, agent: question.agentId }, 'an agent is denied because facts cannot be reached');
        return null;
      });
      standings.set(key, standing);
    }
    const known = await standing;
    return known ? this.maker.judge(known, question, now) : UNAVAILABLE;
  }

  /** @returns what could not be answered, with why */
  private async answer(requests: readonly Decided[]): Promise<Map<Message, Error>> {
    const open = requests.filter(({ made }) => made.answered && !made.sent);
    const errors = await this.replies.send(
      open.map(({ decisionId, target, question: { correlationId }, made }) => ({
        target,
        fields: replyFields(correlationId ?? '', decisionId, made.judgement),
      })),
    );
    const failed = new Map<Message, Error>();
    for (const [index, { message, decisionId, target, made }] of open.entries()) {
      const error = errors[index];
      if (!error) made.sent = true;
      else if (target.named && error.message.startsWith('WRONGTYPE')) {
        this.unwritten.delete(decisionId);
        failed.set(message, new PermanentError('`reply_to` names a key that is not a stream'));
      } else failed.set(message, error);
    }
    return failed;
  }

  private async record(requests: readonly Decided[]): Promise<void> {
    const rows = requests.flatMap(({ message, question, decisionId, target, made }) => {
      const { judgement, answered, recorded, at } = made;
      if (recorded) return [];
      const replyTo = answered ? target.stream : null;
      const frame = {
        organizationId: message.organization.id,
        decisionId,
        source: 'bus',
        answered,
        replyTo,
        at,
      } as const;
      return [newDecision(frame, question, judgement)];
    });
    await this.ledger.recordSoon(rows);
    for (const { decisionId } of requests) this.unwritten.delete(decisionId);
  }

  private remember(decisionId: string, made: Made): void {
    this.unwritten.set(decisionId, made);
    if (this.unwritten.size <= MOST_UNWRITTEN) return;
    for (const oldest of this.unwritten.keys()) {
      this.unwritten.delete(oldest);
      return;
    }
  }
}
