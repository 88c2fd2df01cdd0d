import type { Logger } from '@agion/messaging';
import type { Decision, PermissionQuestion } from '../src/decisions/decision.js';
import type { GovernedBy } from '../src/decisions/governed.js';
import type { ExecutionReport } from '../src/events/events.js';
import { ManualClock } from './manual-clock.js';

export const ALLOWED: Decision = {
  ...{ decisionId: 'd1', decision: 'allow', allowed: true, reason: 'fine', policyRevision: 1 },
  ...{ policies: [], obligations: [], decidedBy: 'local' },
};
export const DENIED: Decision = { ...ALLOWED, decision: 'deny', allowed: false, reason: 'not on Sundays' };

const recorder = (lines: unknown[]): Logger => {
  const keep =
    (level: string): Logger['info'] =>
    (fields, message) =>
      lines.push({ level, message, ...fields });
  return { info: keep('info'), warn: keep('warn'), error: keep('error') };
};

/** Answers every question with one decision, and keeps what it is told. */
export class Governing implements GovernedBy {
  readonly clock = new ManualClock();
  readonly lines: unknown[] = [];
  readonly logger = recorder(this.lines);
  readonly questions: PermissionQuestion[] = [];
  readonly reports: ExecutionReport[] = [];

  constructor(private readonly decision: Decision) {}

  check(question: PermissionQuestion): Promise<Decision> {
    this.questions.push(question);
    return Promise.resolve(this.decision);
  }

  report(report: ExecutionReport): void {
    this.reports.push(report);
  }
}
