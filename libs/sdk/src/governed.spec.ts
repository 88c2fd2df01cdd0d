import { beforeEach, describe, expect, test } from '@jest/globals';
import { SILENT_LOGGER } from '@agion/messaging';
import { SYSTEM_CLOCK } from './clock.js';
import type { Decision, PermissionQuestion } from './decisions/decision.js';
import { ConfigurationError, PolicyViolationError } from './errors.js';
import type { ExecutionReport } from './events/events.js';
import { governed, type Governor } from './governed.js';

const DECISION: Decision = {
  decisionId: '0198c0de-0000-7000-8000-000000000001',
  decision: 'allow',
  allowed: true,
  reason: 'a policy allows it',
  policyRevision: 1,
  policies: [],
  obligations: [],
  decidedBy: 'local',
};

let asked: PermissionQuestion[];
let reports: ExecutionReport[];
let decision: Decision;
const governor: Governor = {
  by: {
    check: (question) => {
      asked.push(question);
      return Promise.resolve(decision);
    },
    report: (report) => void reports.push(report),
    clock: SYSTEM_CLOCK,
    logger: SILENT_LOGGER,
  },
  complete: (agent) => `demo:${agent}`,
};

beforeEach(() => {
  asked = [];
  reports = [];
  decision = DECISION;
});

const deny = (): void =>
  void (decision = { ...DECISION, decision: 'deny', allowed: false, reason: 'no policy allows it' });

describe('a governed function', () => {
  test('runs with its arguments and its this when it is allowed, and keeps its name', async () => {
    const add = governed(
      governor,
      'adder',
      'add',
    )(function add(this: { base: number }, a: number, b: number) {
      return this.base + a + b;
    });
    expect(await add.call({ base: 1 }, 2, 3)).toBe(6);
    expect(add.name).toBe('add');
    expect(asked).toMatchObject([{ agentId: 'demo:adder', action: 'add' }]);
  });

  test.each(['deny', 'require_approval'] as const)('does not run on %s', async (effect) => {
    decision = { ...DECISION, decision: effect, allowed: false, reason: 'not you' };
    let ran = false;
    const call = governed(governor, 'adder', 'add')(() => (ran = true));
    const error = await call().catch((caught: unknown) => caught);
    expect(PolicyViolationError.is(error) && error).toMatchObject({
      message: '`demo:adder` may not `add`: not you',
      agentId: 'demo:adder',
      action: 'add',
      decision,
    });
    expect(ran).toBe(false);
  });

  test('is not run when nobody can be asked', async () => {
    const nobody = { ...governor, by: { ...governor.by, check: () => Promise.reject(new Error('away')) } };
    let ran = false;
    await expect(governed(nobody, 'a', 'b')(() => (ran = true))()).rejects.toThrow('away');
    expect(ran).toBe(false);
  });

  test('is reported: how it ended, and by which decision', async () => {
    const call = governed(
      governor,
      'worker',
      'work',
    )((fails: boolean) => {
      if (fails) throw new Error('broken');
      return 'done';
    });
    expect(await call(false)).toBe('done');
    await expect(call(true)).rejects.toThrow('broken');
    deny();
    await expect(call(false)).rejects.toThrow('may not');
    expect(reports).toMatchObject([
      { agentId: 'demo:worker', action: 'work', status: 'succeeded', decisionId: DECISION.decisionId },
      { status: 'failed', error: 'Error: broken' },
    ]);
  });
});

describe('a governed method', () => {
  test('is decorated as TypeScript with experimentalDecorators does it', async () => {
    class Calculator {
      constructor(private readonly base: number) {}

      @governed(governor, 'adder', 'add')
      async add(a: number): Promise<number> {
        return Promise.resolve(this.base + a);
      }
    }
    expect(await new Calculator(1).add(2)).toBe(3);
    deny();
    await expect(new Calculator(1).add(2)).rejects.toThrow('`demo:adder` may not `add`');
  });

  test('is decorated as the standard says', async () => {
    const add = function add(this: { base: number }, a: number): Promise<number> {
      return Promise.resolve(this.base + a);
    };
    const context = { kind: 'method', name: 'add' } as ClassMethodDecoratorContext<{ base: number }, typeof add>;
    const decorated = governed(governor, 'adder', 'add')(add, context);
    expect(await decorated.call({ base: 1 }, 2)).toBe(3);
    expect(decorated.name).toBe('add');
  });

  test.each([
    ['field', undefined],
    ['class', class {}],
    ['getter', () => 1],
  ])('is no %s', (kind, target) => {
    const decorate = governed(governor, 'a', 'b') as unknown as (target: unknown, context: object) => unknown;
    expect(() => decorate(target, { kind })).toThrow(ConfigurationError);
  });
});
