import { describe, expect, it } from '@jest/globals';
import { SILENT_LOGGER } from '@agion/messaging';
import { UnauthorizedError } from '../errors.js';
import { type AddressedQuestion, type RemoteCheck, unavailable } from '../governance/remote-check.js';
import { decidedLocally, type Scene } from '../../test/decided-locally.js';
import { DecisionChecker } from './checker.js';
import type { Decision } from './decision.js';
import { DecisionRecorder } from './decision-recorder.js';

const APPROVAL = { id: 'approval', effect: 'require_approval', actions: ['pay'] };
const MAIL = { id: 'mail', effect: 'allow', actions: ['send_email'] };

const ANSWER: Decision = {
  ...{ decisionId: 'd', decision: 'allow', allowed: true, reason: 'the platform said so', policyRevision: 9 },
  ...{ policies: [], obligations: [], decidedBy: 'bus' },
};

/** Somebody who answers like this, and remembers what was asked. */
class Asked implements RemoteCheck {
  readonly questions: AddressedQuestion[] = [];

  constructor(private readonly answer: () => Decision | Promise<Decision>) {}

  async check(question: AddressedQuestion): Promise<Decision> {
    this.questions.push(question);
    return this.answer();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function checker(scene: Scene, ...remote: RemoteCheck[]): { checker: DecisionChecker; recorder: DecisionRecorder } {
  const { local, clock } = decidedLocally({ policies: [APPROVAL, MAIL], ...scene });
  const recorder = new DecisionRecorder({ sink: { add: () => true }, log: 'all' });
  const complete = (name: string): string => (name.includes(':') ? name : `demo:${name}`);
  const made = new DecisionChecker({
    ...{ agentId: 'demo:echo', complete, local, remote, recorder, clock, logger: SILENT_LOGGER },
  });
  return { checker: made, recorder };
}

describe('a check', () => {
  it('asks nobody what can be decided in memory, and records it', async () => {
    const bus = new Asked(() => ANSWER);
    const { checker: made, recorder } = checker({}, bus);
    expect(await made.check({ action: 'send_email' })).toMatchObject({ allowed: true, decidedBy: 'local' });
    expect(bus.questions).toEqual([]);
    expect(recorder.counts.recorded).toBe(1);
  });

  it('asks the platform the rest, and leaves the record to it', async () => {
    const bus = new Asked(() => ANSWER);
    const { checker: made, recorder } = checker({}, bus);
    expect(await made.check({ action: 'pay', context: { amount: 5 } })).toBe(ANSWER);
    expect(bus.questions).toMatchObject([{ agentId: 'demo:echo', action: 'pay', context: { amount: 5 } }]);
    expect(recorder.counts.recorded).toBe(0);
    expect(made.counts).toMatchObject({ total: 1, local: 0, remote: 1, denied: 0, unavailable: 0 });
  });

  it('asks about another agent by its complete name', async () => {
    const bus = new Asked(() => ANSWER);
    await checker({}, bus).checker.check({ agentId: 'other', action: 'send_email' });
    expect(bus.questions).toMatchObject([{ agentId: 'demo:other' }]);
  });

  it('asks over HTTP when there is no answer over the bus, in half of the time each', async () => {
    const bus = new Asked(() => unavailable('bus', 'redis is away'));
    const http = new Asked(() => ({ ...ANSWER, decidedBy: 'http' }));
    const decision = await checker({}, bus, http).checker.check({ action: 'pay', timeoutMs: 1_000 });
    expect(decision).toMatchObject({ allowed: true, decidedBy: 'http' });
    expect([bus, http].map(({ questions }) => questions[0]?.timeoutMs)).toEqual([500, 1_000]);
  });

  it.each([
    ['there is nobody to ask', []],
    ['nobody answers', [new Asked(() => unavailable('bus', 'late')), new Asked(() => unavailable('http', 'late'))]],
    ['those asked fail', [new Asked(() => Promise.reject(new Error('broken')))]],
    [
      'it is refused',
      [new Asked(() => Promise.reject(new UnauthorizedError({ type: '', title: 'no token', status: 401 })))],
    ],
  ])('denies when %s', async (_, remote) => {
    const { checker: made, recorder } = checker({ defaultEffect: 'allow' }, ...remote);
    expect(await made.check({ action: 'pay' })).toMatchObject({ decision: 'deny', allowed: false, unavailable: true });
    expect(made.counts).toMatchObject({ denied: 1, unavailable: 1 });
    expect(recorder.counts.recorded).toBe(0);
  });

  it('is refused when the platform would refuse it', async () => {
    const { checker: made } = checker({});
    await expect(made.check({ action: '' })).rejects.toThrow(/`action` must be text/);
    await expect(made.check({ action: 'x', userId: 'a\nb' })).rejects.toThrow(/`userId`/);
    await expect(made.check(null as never)).rejects.toThrow();
  });

  it.each([
    ['action', { action: undefined }],
    ['context', { action: 'send_email', context: 'to ada' }],
    ['context', { action: 'send_email', context: [1] }],
    ['arguments', { action: 'send_email', arguments: 5 }],
    ['resource', { action: 'send_email', resource: 5 }],
    ['userId', { action: 'send_email', userId: null }],
  ])('is refused for a `%s` of another type, which the ledger would not keep', async (field, question: unknown) => {
    const { checker: made, recorder } = checker({ defaultEffect: 'allow' });
    await expect(made.check(question as never)).rejects.toThrow(`\`${field}\``);
    expect(made.checkLocally(question as never)).toMatchObject({ allowed: false, unavailable: true });
    expect(recorder.counts.recorded).toBe(0);
  });
});

describe('a check without waiting', () => {
  it('decides in memory', () => {
    expect(checker({}).checker.checkLocally({ action: 'send_email' })).toMatchObject({ allowed: true });
  });

  it.each([
    ['what only the platform can decide', { action: 'pay' }],
    ['what the platform would refuse', { action: '' }],
    ['what is no question', null],
    ['what has no action', {}],
  ])('denies %s, and never throws', (_, question) => {
    const bus = new Asked(() => ANSWER);
    const { checker: made } = checker({ defaultEffect: 'allow' }, bus);
    expect(made.checkLocally(question as never)).toMatchObject({ allowed: false, unavailable: true });
    expect(bus.questions).toEqual([]);
  });
});
