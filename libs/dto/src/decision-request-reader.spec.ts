import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import fc from 'fast-check';
import { DecisionRequestEntryDto } from './decision-request.dto.js';
import { readDecisionRequest } from './decision-request-reader.js';

const REQUEST = { correlation_id: 'c', agent_id: 'demo:echo', action: 'send_email' };
const FULL = {
  ...REQUEST,
  context: '{"amount":120,"nested":{"a":[1,"ü"]}}',
  arguments: '{"__proto__":{"x":1},"to":"ada@example.com"}',
  resource: 'sales_db',
  phase: 'validation',
  user_id: 'u',
  mission_id: 'm',
  session_id: 's',
  reply_to: 'governance:responses:demo',
  timeout_ms: '2000',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
};

/** The class's own word: the entry, or undefined when it refuses it. */
function byClass(fields: Record<string, string>): object | undefined {
  const instance = plainToInstance(DecisionRequestEntryDto, fields, { exposeDefaultValues: true });
  return validateSync(instance, { whitelist: true }).length > 0 ? undefined : instance;
}

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '',
    'permission',
    'demo:echo',
    'Demo',
    '5000',
    '0',
    '-1',
    '{}',
    '[]',
    '{"a":"\\u0000"}',
    '{"a":"\\ud800"}',
    '{',
  ),
  fc.json(),
  fc.string({ minLength: 190, maxLength: 1_010, unit: 'grapheme-ascii' }),
  fc.integer({ min: 60, max: 70 }).map((levels) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`),
);

describe('the short cut to a decision request', () => {
  it('reads an ordinary request, all of it', () => {
    expect(readDecisionRequest(FULL)).toEqual({ ...byClass(FULL) });
    expect(readDecisionRequest(REQUEST)).toEqual(REQUEST);
  });

  it('never accepts what the class refuses, and never reads anything else out of it', () => {
    const fields = fc.record(
      Object.fromEntries([...Object.keys(FULL), 'estimate', 'surplus'].map((name) => [name, text])),
      { requiredKeys: [] },
    );
    const mixed = fc.tuple(fields, fc.subarray(Object.keys(REQUEST))).map(([some, sound]) => ({
      ...some,
      ...Object.fromEntries(Object.entries(REQUEST).filter(([name]) => sound.includes(name))),
    }));
    fc.assert(
      fc.property(mixed, (entry) => {
        const read = readDecisionRequest(entry as Record<string, string>);
        if (read) expect(read).toEqual({ ...byClass(entry as Record<string, string>) });
      }),
      { numRuns: 1_000 },
    );
  });

  it('leaves what is long to the class, which takes as much as HTTP does', () => {
    const long = (bytes: number): Record<string, string> => ({
      ...REQUEST,
      context: `{"a":"${'x'.repeat(bytes - 8)}"}`,
    });
    expect(readDecisionRequest(long(262_144))).toBeUndefined();
    expect(byClass(long(262_144))).toBeDefined();
    expect(byClass(long(262_145))).toBeUndefined();
    expect(byClass({ ...REQUEST, arguments: `{"a":"${'ü'.repeat(131_072)}"}` })).toBeUndefined();
  });

  it('leaves what is unusual to the class', () => {
    expect(readDecisionRequest({ ...REQUEST, estimate: '{"usd":1}' })).toBeUndefined();
    expect(readDecisionRequest({ ...REQUEST, phase: 'afterwards' })).toBeUndefined();
    expect(readDecisionRequest({ ...REQUEST, action: 'ünusual' })).toBeUndefined();
    expect(byClass({ ...REQUEST, action: 'ünusual', phase: 'permission', estimate: '{"usd":1}' })).toBeDefined();
  });
});
