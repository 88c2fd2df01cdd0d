import type { Organization } from '@agion/wire';
import type { Logger } from 'pino';
import type { DecisionMaker } from './decision-maker.service.js';
import type { Judgement, Question } from './decision.js';
import { type Standing, UNAVAILABLE } from './judge.js';

/** Who asks, and until when he can wait (as `performance.now()` tells it). */
export interface Asking {
  organization: Organization;
  agentId: string;
  until: number;
}

/** Milliseconds facts about an agent may take, and how much sooner than its deadline a request is answered. */
const PATIENCE_MS = 2_500;
const BEFORE_DEADLINE_MS = 100;

/** What is known about the agents of a batch: asked for together, so that one whose facts are late keeps nobody else waiting. */
export class BatchStandings {
  private readonly asked = new Map<string, Promise<Standing | null>>();
  private readonly known = new Map<string, Standing | null>();

  constructor(
    private readonly maker: DecisionMaker,
    private readonly log: Logger,
  ) {}

  /** Asks for the facts of all of them at once. */
  begin(asking: readonly Asking[]): void {
    for (const { organization, agentId } of asking) {
      const key = keyOf(organization, agentId);
      if (this.asked.has(key)) continue;
      const standing = this.maker.standingOf(organization, agentId).catch((error: unknown) => {
        this.log.warn({ err: error, agent: agentId }, 'an agent is denied because facts cannot be reached');
        return null;
      });
      this.asked.set(key, standing);
      void standing.then((found) => this.known.set(key, found));
    }
  }

  /** Resolves when something is known about all of them, at the latest when that much time is over. */
  async within(ms: number): Promise<void> {
    await inTime(ms, Promise.all(this.asked.values()));
  }

  has({ organization, agentId }: Pick<Asking, 'organization' | 'agentId'>): boolean {
    return this.known.has(keyOf(organization, agentId));
  }

  /** The decision; that it is unavailable when nothing is known in time. */
  async judge({ organization, agentId, until }: Asking, question: Question, now: number): Promise<Judgement> {
    const key = keyOf(organization, agentId);
    if (!this.known.has(key)) {
      const left = Math.min(PATIENCE_MS, until - BEFORE_DEADLINE_MS - performance.now());
      await inTime(Math.max(0, left), this.asked.get(key) ?? Promise.resolve());
    }
    const standing = this.known.get(key);
    return standing ? this.maker.judge(standing, question, now) : UNAVAILABLE;
  }
}

const keyOf = ({ id }: Organization, agentId: string): string => `${id} ${agentId}`;

async function inTime(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([work, late]);
  clearTimeout(timer);
}
