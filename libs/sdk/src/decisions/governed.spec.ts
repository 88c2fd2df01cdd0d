import { describe, expect, it } from '@jest/globals';
import { PolicyViolationError } from '../errors.js';
import { ALLOWED, DENIED, Governing } from '../../test/governing.js';
import { govern } from './governed.js';

function thrower(): never {
  throw new TypeError('not to be read');
}

describe('a governed function', () => {
  it('runs when it may, with its arguments and its `this`, and reports that it succeeded', async () => {
    const by = new Governing(ALLOWED);
    const mailer = {
      from: 'ada',
      send: govern(
        by,
        'demo:echo',
        'send_email',
        function (this: { from: string }, to: { name: string }, times: number) {
          by.clock.pass(12);
          return `${this.from} to ${to.name}, ${times} times`;
        },
      ),
    };
    expect(await mailer.send({ name: 'bob' }, 2)).toBe('ada to bob, 2 times');
    expect(by.questions).toEqual([
      { agentId: 'demo:echo', action: 'send_email', phase: 'permission', arguments: { name: 'bob' } },
    ]);
    expect(by.reports).toEqual([
      { agentId: 'demo:echo', action: 'send_email', status: 'succeeded', decisionId: 'd1', durationMs: 12 },
    ]);
  });

  it('does not run when it may not: the error has the decision', async () => {
    const by = new Governing(DENIED);
    let ran = false;
    const error: unknown = await govern(by, 'demo:echo', 'send_email', () => (ran = true))().catch(
      (thrown: unknown) => thrown,
    );
    expect(PolicyViolationError.is(error) && error.decision).toBe(DENIED);
    expect((error as Error).message).toBe('`demo:echo` may not `send_email`: not on Sundays');
    expect([ran, by.reports]).toEqual([false, []]);
  });

  it.each([
    ['failed', new TypeError('no such mailbox'), 'TypeError: no such mailbox'],
    ['cancelled', Object.assign(new Error('stop'), { name: 'AbortError' }), 'AbortError: stop'],
    ['timed_out', Object.assign(new Error('late'), { name: 'TimeoutError' }), 'TimeoutError: late'],
    ['failed', 'a\u0000b\ud800', 'a b\ufffd'],
    [
      'failed',
      new Error('no route to postgres://ada:hunter2@db.test'),
      'Error: no route to postgres://ada:[redacted]@db.test',
    ],
  ])('reports that it %s, and passes the error on', async (status, thrown, error) => {
    const by = new Governing(ALLOWED);
    const call = govern(by, 'demo:echo', 'send_email', () => Promise.reject(thrown as Error));
    await expect(call()).rejects.toBe(thrown);
    expect(by.reports).toMatchObject([{ status, error, decisionId: 'd1' }]);
  });

  it.each([
    ['an object without a prototype', Object.create(null)],
    [
      'an error that does not let itself be read',
      Object.defineProperty(new Error(), 'message', { get: () => thrower() }),
    ],
    ['an error whose message is no text', Object.assign(new Error(), { message: Symbol('odd') })],
    ['nothing', undefined],
  ])('passes on %s as it was thrown', async (_, thrown: unknown) => {
    const by = new Governing(ALLOWED);
    const call = govern(by, 'demo:echo', 'send_email', () => Promise.reject(thrown as Error));
    const [error] = await call().then(
      () => ['nothing was thrown'],
      (given: unknown) => [given],
    );
    expect(error === thrown).toBe(true); // a message of its own would read it
    expect(by.reports).toMatchObject([{ status: 'failed' }]);
  });

  it('says of a call what it was told to say', async () => {
    const by = new Governing(ALLOWED);
    const call = govern(by, 'demo:echo', 'query', (sql: string, _table: string) => sql, {
      context: (sql) => ({ length: sql.length }),
      arguments: (_, table) => ({ table }),
      resource: (_, table) => table,
      missionId: 'm',
      sessionId: 's',
      report: false,
    });
    await call('select', 'users');
    expect(by.questions).toEqual([
      {
        ...{ agentId: 'demo:echo', action: 'query', phase: 'permission', resource: 'users' },
        ...{ context: { length: 6 }, arguments: { table: 'users' }, missionId: 'm', sessionId: 's' },
      },
    ]);
    expect(by.reports).toEqual([]);
  });

  it('does not run when what it was told to say cannot be said', async () => {
    let ran = false;
    const context = (): never => {
      throw new Error('no context');
    };
    await expect(govern(new Governing(ALLOWED), 'demo:echo', 'x', () => (ran = true), { context })()).rejects.toThrow(
      'no context',
    );
    expect(ran).toBe(false);
  });
});
