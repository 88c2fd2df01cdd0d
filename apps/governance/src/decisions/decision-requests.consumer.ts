import { DecisionRequestEntryDto, readDecisionRequest } from '@agion/dto';
import { PermanentError, RedisClock, streamIdTime } from '@agion/messaging';
import {
  CrashPoints,
  EntryProofs,
  faultIn,
  entryIdentity,
  LOGGER,
  remoteSpan,
  SERVICE,
  ServiceSettings,
  StreamHandler,
  type Proof,
  type ServiceFacts,
  type StreamFailure,
  type StreamMessage,
  type UnavailableBecause,
  unavailableDecisions,
} from '@agion/service-kit';
import { STREAMS } from '@agion/wire';
import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import type { Logger } from 'pino';
import { forgedAmong } from '../trust/entry-intake.js';
import { TrustIntake } from '../trust/trust-intake.service.js';
import { BatchStandings } from './batch-standings.js';
import { deadlineOf, isOverdue } from './deadline.js';
import type { Judgement } from './decision.js';
import { DecisionAnswers } from './decision-answers.service.js';
import { decisionIdOf, requestTime } from './decision-id.js';
import { DecisionLedger } from './decision-ledger.service.js';
import { DecisionMaker } from './decision-maker.service.js';
import { type Earlier, EarlierDecisions } from './earlier-decisions.service.js';
import { TOO_LATE } from './judge.js';
import { LedgerBacklog } from './ledger-backlog.js';
import { askingOf, type Decided, MadeDecisions, type Request } from './made-decisions.js';
import { newDecision, questionIn } from './question.js';
import { replyTarget } from './reply-target.js';
import { SettledRequests } from './settled-requests.js';

type Message = StreamMessage<DecisionRequestEntryDto>;

const BATCH = 256;
const BATCHES = 100;
/** Decisions made and not yet written: all that is in work has room. */
const MOST_UNWRITTEN = 2 * BATCH * BATCHES;
/** Milliseconds the answers of a batch wait for the agents in it of which nothing is known yet. */
const PROMPT_MS = 20;

/**
 * Answers what agents ask over the streams: the answers first, then the ledger, then the acknowledgement. A crash in between brings
 * the requests back; they keep their ids and, as far as it can be found, the decision that was sent.
 */
@Controller()
export class DecisionRequestsConsumer {
  private readonly unwritten = new MadeDecisions(MOST_UNWRITTEN);
  private readonly settled = new SettledRequests(MOST_UNWRITTEN);
  private readonly backlog = new LedgerBacklog();
  private readonly count: (why: UnavailableBecause, decisions: number) => void;

  constructor(
    private readonly maker: DecisionMaker,
    private readonly earlier: EarlierDecisions,
    private readonly answers: DecisionAnswers,
    private readonly ledger: DecisionLedger,
    private readonly intake: TrustIntake,
    private readonly proofs: EntryProofs,
    private readonly settings: ServiceSettings,
    private readonly crashPoints: CrashPoints,
    private readonly clock: RedisClock,
    @Inject(SERVICE) { name }: ServiceFacts,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    this.count = unavailableDecisions(name);
  }

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
    const redisNow = await this.clock.now();
    const failures: StreamFailure[] = [];
    const requests: Request[] = [];
    for (const [index, message] of messages.entries()) {
      const request = this.requestIn(message, proofs[index] ?? 'nobody', redisNow);
      if (request instanceof Error) failures.push({ message, error: request });
      else if (!this.settled.has(message)) requests.push(request);
    }
    const isNew = ({ message, decisionId }: Request): boolean =>
      message.deliveries === 1 && !this.unwritten.has(decisionId);
    const shed = this.backlog.isTooLong ? requests.filter(isNew) : [];
    const { decided, failed } = await this.decideAll(
      requests.filter((request) => !shed.includes(request)),
      now,
    );
    await this.answers.refuse(shed);
    this.settled.add(shed.map(({ message }) => message));
    this.crashPoints.reach('after_reply');
    await this.record(decided.filter(({ message }) => !failed.has(message)));
    await this.intake.refuse(forgedAmong(messages, proofs));
    for (const request of decided) {
      const error = failed.get(request.message);
      if (error) failures.push({ message: request.message, error: this.lasting(error, request) });
    }
    return failures;
  }

  /** What no other try would mend. */
  private lasting(error: Error, { target, decisionId }: Request): Error {
    if (!target.named || !error.message.startsWith('WRONGTYPE')) return error;
    this.unwritten.forget(decisionId);
    return new PermanentError('`reply_to` names a key that is not a stream');
  }

  /** @param redisNow by the clock that entries have their ids of: by another one, all of them may be late */
  private requestIn(message: Message, proof: Proof, redisNow: number): Request | Error {
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
      until: performance.now() + deadlineOf(takenAt, entry.timeout_ms, redisNow) - redisNow,
      overdue: isOverdue(takenAt, entry.timeout_ms, redisNow),
      span: remoteSpan('governance.decide', entry.traceparent),
    };
  }

  /** Decides and answers: those about whose agents nothing is known yet keep nobody waiting. */
  private async decideAll(
    requests: readonly Request[],
    now: number,
  ): Promise<{ decided: Decided[]; failed: Map<Message, Error> }> {
    const standings = new BatchStandings(this.maker, this.log);
    standings.begin(requests.filter(({ overdue }) => !overdue).map(askingOf));
    await this.recall(requests, standings, now);
    await standings.within(PROMPT_MS);
    const isReady = (request: Request): boolean =>
      request.overdue || this.unwritten.has(request.decisionId) || standings.has(askingOf(request));
    const decided: Decided[] = [];
    const failed = new Map<Message, Error>();
    for (const group of [requests.filter(isReady), requests.filter((request) => !isReady(request))]) {
      const made = await this.decideEach(group, standings, now);
      decided.push(...made);
      for (const [message, error] of await this.answers.send(made)) failed.set(message, error);
    }
    return { decided, failed };
  }

  private async decideEach(requests: readonly Request[], standings: BatchStandings, now: number): Promise<Decided[]> {
    const decided: Decided[] = [];
    for (const request of requests) {
      const { decisionId, overdue, question } = request;
      let made = this.unwritten.get(decisionId);
      if (!made || (overdue && !made.sent && !made.recorded)) {
        const judgement = overdue ? TOO_LATE : await standings.judge(askingOf(request), question, now);
        if (judgement.policyRevision === null) this.count(overdue ? 'late' : 'facts', 1);
        made = { judgement, answered: !overdue, sent: false, recorded: false, at: new Date(now) };
        this.unwritten.keep(decisionId, made);
      }
      decided.push({ ...request, made });
    }
    return decided;
  }

  /** What an earlier delivery to another process, or to an earlier life of this one, led to. */
  private async recall(requests: readonly Request[], standings: BatchStandings, now: number): Promise<void> {
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
      const judgement = earlier.recorded ? earlier.judgement : await this.completed(earlier, request, standings, now);
      this.unwritten.keep(request.decisionId, {
        ...earlier,
        judgement,
        sent: earlier.sent || request.overdue,
        at: new Date(now),
      });
    }
  }

  /** An answer does not say what was asked, nor of which build: the ledger and the evidence of a denial need both. */
  private async completed(
    { judgement }: Earlier,
    request: Request,
    standings: BatchStandings,
    now: number,
  ): Promise<Judgement> {
    standings.begin([askingOf(request)]);
    const { request: asked, fingerprint } = await standings.judge(askingOf(request), request.question, now);
    return { ...judgement, request: asked, fingerprint };
  }

  private async record(requests: readonly Decided[]): Promise<void> {
    const rows = requests.flatMap(({ message, question, decisionId, target, made }) => {
      const { judgement, answered, recorded, at } = made;
      if (recorded) return [];
      const replyTo = answered ? target.stream : null;
      const { id: organizationId } = message.organization;
      const frame = { organizationId, decisionId, source: 'bus', answered, replyTo, at } as const;
      return [newDecision(frame, question, judgement)];
    });
    const [first] = requests;
    if (!first) return;
    this.backlog.waits(first.decisionId);
    await this.ledger.recordSoon(rows);
    this.backlog.isWritten(first.decisionId);
    this.settled.add(requests.map(({ message }) => message));
    for (const { decisionId } of requests) this.unwritten.forget(decisionId);
  }
}
