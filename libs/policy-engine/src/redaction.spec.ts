import { describe, expect, test } from '@jest/globals';
import type { Obligation } from './obligation.js';
import { redact } from './redaction.js';

const redacting = (...paths: string[]): Obligation[] => paths.map((path) => ({ type: 'redact', path }));

describe('a path', () => {
  test.each([
    ['context.body', { body: 'secret', to: 'ada' }, { body: '[redacted]', to: 'ada' }],
    ['context.mail.body', { mail: { body: { html: 1 }, to: 'ada' } }, { mail: { body: '[redacted]', to: 'ada' } }],
    [
      'context.cards.number',
      { cards: [{ number: 1 }, { other: 2 }] },
      { cards: [{ number: '[redacted]' }, { other: 2 }] },
    ],
    ['context.list', { list: [1, 2] }, { list: '[redacted]' }],
    ['context.user.email', { user: 'ada@example.com' }, { user: '[redacted]' }],
    ['context.user.email', { user: null }, { user: null }],
    ['context.missing', { body: 'kept' }, { body: 'kept' }],
    ['arguments.body', { body: 'kept' }, { body: 'kept' }],
  ])('`%s` of %j', (path, context, expected) => {
    const before = structuredClone(context);
    expect(redact<Record<string, unknown>>(context, redacting(path), 'context')).toEqual(expected);
    expect(context).toEqual(before);
  });

  test('may come twice, and more than one at once', () => {
    const context = { a: { b: 1, c: 2 } };
    const seen: unknown[] = [];
    const paths = redacting('context.a.b', 'context.a', 'context.a.c');
    expect(redact<Record<string, unknown>>(context, paths, 'context', (value) => seen.push(value))).toEqual({
      a: '[redacted]',
    });
    expect(seen).toEqual([1, { b: '[redacted]', c: 2 }]);
  });

  test('that leads nowhere leaves the object as it is', () => {
    const context = { a: 1 };
    expect(redact(context, redacting('context.b'), 'context')).toBe(context);
    expect(redact(context, [{ type: 'log' }], 'context')).toBe(context);
    expect(redact(undefined, redacting('context.b'), 'context')).toBeUndefined();
  });
});
