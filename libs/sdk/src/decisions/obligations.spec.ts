import { describe, expect, it } from '@jest/globals';
import type { Obligation } from '@agion/policy-engine';
import { ALLOWED, DENIED, Governing } from '../../test/governing.js';
import { PolicyViolationError } from '../errors.js';
import { govern, type GovernedOptions } from './governed.js';

describe('the obligations of a governed function', () => {
  const redacting = (...paths: string[]): Obligation[] => paths.map((path) => ({ type: 'redact', path }));
  const bound = (obligations: Obligation[], decision = ALLOWED): Governing =>
    new Governing({ ...decision, obligations });
  const refusal = async (work: Promise<unknown>): Promise<string> => {
    const error: unknown = await work.catch((thrown: unknown) => thrown);
    return PolicyViolationError.is(error) ? error.decision.reason : `no refusal: ${String(error)}`;
  };

  it('replace what it gets, and leave what the caller has', async () => {
    const by = bound(redacting('arguments.card.number', 'arguments.lines.text', 'arguments.missing'));
    const mail = { card: { number: '4111', name: 'ada' }, lines: [{ text: 'a', n: 1 }], to: 'bob' };
    const before = structuredClone(mail);
    const got = await govern(by, 'demo:echo', 'pay', (given: typeof mail, more: object) => ({ given, more }))(
      mail,
      mail,
    );
    expect(got.given).toEqual({
      card: { number: '[redacted]', name: 'ada' },
      lines: [{ text: '[redacted]', n: 1 }],
      to: 'bob',
    });
    expect(got.more).toBe(mail);
    expect(mail).toEqual(before);
  });

  it('leave its arguments alone when only the context is redacted', async () => {
    const mail = { body: 'x' };
    const call = govern(bound(redacting('context.body')), 'demo:echo', 'pay', (given: object) => given);
    expect(await call(mail)).toBe(mail);
  });

  it('keep what is redacted out of its report', async () => {
    const by = bound(redacting('context.body', 'arguments.card'));
    const call = govern(
      by,
      'demo:echo',
      'pay',
      (given: { card: unknown }) => {
        throw new Error(`card 4111222 of ${JSON.stringify(given)} refused: dear bob`);
      },
      { context: () => ({ body: 'dear bob' }) },
    );
    await expect(call({ card: { number: 4_111_222 } })).rejects.toThrow('dear bob');
    expect(by.reports[0]?.error).toBe('Error: card [redacted] of {"card":"[redacted]"} refused: [redacted]');
  });

  it('are logged at their level, for a denial too', async () => {
    const obligations: Obligation[] = [{ type: 'log' }, { type: 'log', level: 'warn', message: 'look at this' }];
    const [allowed, denied] = [bound(obligations), bound(obligations, DENIED)];
    await govern(allowed, 'demo:echo', 'pay', () => 1)();
    expect(await refusal(govern(denied, 'demo:echo', 'pay', () => 1)())).toBe('not on Sundays');
    const fields = { message: 'a policy asks for this line', agent: 'demo:echo', action: 'pay', decision_id: 'd1' };
    expect(allowed.lines).toMatchObject([
      { ...fields, level: 'info', decision: 'allow', reason: 'fine' },
      { ...fields, level: 'warn', decision: 'allow', obligation: 'look at this' },
    ]);
    expect(denied.lines).toMatchObject([{ decision: 'deny' }, { decision: 'deny', level: 'warn' }]);
  });

  class Card {
    number = '4111';
  }

  it.each<[string, unknown[], GovernedOptions<unknown[]>, string]>([
    ['it gets something the policies did not see', ['4111'], {}, 'the policies saw other arguments than the call has'],
    [
      'it told the policies of other arguments',
      [{ card: '4111' }],
      { arguments: () => ({ card: '4111' }) },
      'the policies saw other arguments than the call has',
    ],
    [
      'an object on the way is of a class',
      [{ card: new Card() }],
      {},
      'what is redacted is in an object that cannot be copied',
    ],
    [
      'an object on the way says something else as JSON',
      [{ card: { number: '4111', toJSON: () => ({ number: '1' }) } }],
      {},
      'what is redacted is in an object that cannot be copied',
    ],
  ])('deny it when %s', async (_, given, options, why) => {
    const by = bound(redacting('arguments.card.number'));
    let ran = false;
    const call = govern(by, 'demo:echo', 'pay', (..._given: unknown[]) => (ran = true), options);
    expect(await refusal(call(...given))).toBe(`its obligations cannot be kept: ${why}`);
    expect([ran, by.reports]).toEqual([false, []]);
  });

  it('deny it when the line cannot be logged', async () => {
    const by = bound([{ type: 'log' }]);
    by.logger.info = () => {
      throw new Error('the disk is full');
    };
    expect(await refusal(govern(by, 'demo:echo', 'pay', () => 1)())).toContain('cannot be logged');
  });

  it('do nothing where there are no arguments', async () => {
    expect(await govern(bound(redacting('arguments.card')), 'demo:echo', 'pay', () => 'done')()).toBe('done');
  });
});
