import type { DecisionEffect } from '@agion/wire';
import type { RecordedDecision } from '../decisions/decision.js';
import { type Replayed, UNDECIDABLE_REASONS, type UndecidableReason } from './replay.js';

/** Agents, or actions, that are counted apart; those beyond go together. */
const MOST_NAMES = 500;
const OTHERS = '*';

export interface Counted {
  changed: number;
  undecidable: number;
}

export interface Sample {
  decision: RecordedDecision;
  replayed: Replayed;
}

/** Counts replayed decisions. What it keeps does not grow with their number. */
export class SimulationReport {
  decisions = 0;
  unchanged = 0;
  changed = 0;
  /** Of the changed: what is in force now changes them in the same way. */
  changedWithoutDraft = 0;
  undecidable = 0;
  notByPolicy = 0;
  readonly because = Object.fromEntries(UNDECIDABLE_REASONS.map((reason) => [reason, 0])) as Record<
    UndecidableReason,
    number
  >;
  readonly byAgent = new Map<string, Counted>();
  readonly byAction = new Map<string, Counted>();
  readonly byEffect = new Map<string, { from: DecisionEffect; to: DecisionEffect; count: number }>();
  readonly changedSamples: Sample[] = [];
  readonly undecidableSamples: Sample[] = [];

  /** @param limit samples of each kind */
  constructor(private readonly limit: number) {}

  add(decision: RecordedDecision, replayed: Replayed): void {
    this.decisions += 1;
    if (replayed.kind === 'unchanged') this.unchanged += 1;
    else if (replayed.kind === 'not_by_policy') this.notByPolicy += 1;
    else {
      countIn(this.byAgent, decision.agentId, replayed.kind);
      countIn(this.byAction, decision.action, replayed.kind);
      this[replayed.kind] += 1;
      if (replayed.kind === 'undecidable') this.because[replayed.because] += 1;
      else this.addChange(decision.decision, replayed);
      const samples = replayed.kind === 'changed' ? this.changedSamples : this.undecidableSamples;
      if (samples.length < this.limit) samples.push({ decision: { ...decision, request: null }, replayed });
    }
  }

  private addChange(from: DecisionEffect, { to, today }: Extract<Replayed, { kind: 'changed' }>): void {
    if (today === to) this.changedWithoutDraft += 1;
    const key = `${from} ${to}`;
    const known = this.byEffect.get(key) ?? { from, to, count: 0 };
    this.byEffect.set(key, { ...known, count: known.count + 1 });
  }
}

function countIn(counts: Map<string, Counted>, name: string, kind: keyof Counted): void {
  const key = counts.has(name) || counts.size < MOST_NAMES ? name : OTHERS;
  const known = counts.get(key) ?? { changed: 0, undecidable: 0 };
  known[kind] += 1;
  counts.set(key, known);
}
