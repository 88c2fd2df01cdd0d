import { describe, expect, test } from '@jest/globals';
import * as own from './errors.js';

const { AgionError, ApiError, ConnectionError, NotFoundError, NotInitializedError, PolicyViolationError, ServerError } =
  own;
/** The same file under another name is another module. */
const ANOTHER: string = './errors.js?copy';
const problem = (status: number) => ({ type: '/problems/x', title: 'x', status });

describe('an error', () => {
  test('is what its class extends, and nothing else', () => {
    const error = new NotFoundError(problem(404));
    expect([AgionError, ApiError, NotFoundError].map((each) => each.is(error))).toEqual([true, true, true]);
    expect([ConnectionError, NotInitializedError, ServerError].map((each) => each.is(error))).toEqual([
      false,
      false,
      false,
    ]);
    expect(AgionError.is(new Error('no'))).toBe(false);
    expect(AgionError.is(undefined)).toBe(false);
  });

  test('of another copy of the package is recognized', async () => {
    const copy = (await import(ANOTHER)) as typeof own;
    const error = new copy.NotFoundError(problem(404));
    expect(error).not.toBeInstanceOf(NotFoundError);
    expect(NotFoundError.is(error)).toBe(true);
    expect(NotInitializedError.is(error)).toBe(false);
  });

  test('says whether trying again can help', () => {
    const retryable = (status: number): boolean => ApiError.of(problem(status)).retryable;
    expect([400, 401, 403, 404, 409, 410, 422, 500].filter(retryable)).toEqual([]);
    expect([408, 429, 502, 503, 504].filter(retryable)).toEqual([408, 429, 502, 503, 504]);
    expect(new ConnectionError('x').retryable).toBe(true);
  });

  test('has the class its status stands for, and the detail as its message', () => {
    const {
      name,
      message,
      problem: told,
    } = ApiError.of({ ...problem(404), detail: 'there is no prompt `x`', hint: 'make it' });
    expect({ name, message, hint: told.hint }).toEqual({
      name: 'NotFoundError',
      message: 'there is no prompt `x`',
      hint: 'make it',
    });
    expect(ApiError.of(problem(503)).name).toBe('ServerError');
    expect(ApiError.of(problem(418)).name).toBe('ApiError');
  });

  test('of a governed call carries the decision', () => {
    const decision = {
      decisionId: 'd',
      decision: 'deny' as const,
      allowed: false,
      reason: 'mail above 500 needs finance',
      policyRevision: 3,
      policies: [],
      obligations: [],
      decidedBy: 'local' as const,
    };
    const error = new PolicyViolationError('demo:mailer', 'send_email', decision);
    expect(error.message).toBe('`demo:mailer` may not `send_email`: mail above 500 needs finance');
    expect(error.decision).toBe(decision);
  });
});
