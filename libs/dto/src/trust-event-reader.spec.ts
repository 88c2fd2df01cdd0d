import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import fc from 'fast-check';
import { TrustEventEntryDto } from './trust-event.dto.js';
import { readTrustEvent } from './trust-event-reader.js';

const EVENT = { agent_id: 'demo:echo', event_type: 'task_completed', severity: 'positive', impact: '0.05' };
const FULL = {
  ...EVENT,
  event_id: '01985f3a-0000-7000-8000-000000000001',
  dimension: 'security',
  reporter: 'execution',
  context: '{"a":[1,"ü"],"__proto__":{"x":1}}',
  timestamp: '2026-01-31T12:00:00Z',
  sig: 'execution.kq1',
};

/** The class's own word: the entry, or undefined when it refuses it. */
function byClass(fields: Record<string, string>): object | undefined {
  const instance = plainToInstance(TrustEventEntryDto, fields, { exposeDefaultValues: true });
  return validateSync(instance, { whitelist: true }).length > 0 ? undefined : instance;
}

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', 'demo:echo', 'Demo', 'critical', 'negative', 'feedback', '1', '-1', '1.01', '1e-3', '01', 'NaN', '{}', '[]', '{"a":"\\u0000"}', '{"a":1e20}', '{'),
  fc.double().map(String),
  fc.json(),
  fc.string({ minLength: 60, maxLength: 510, unit: 'grapheme-ascii' }),
  fc.integer({ min: 60, max: 70 }).map((levels) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`),
); // prettier-ignore

describe('the short cut to a trust event', () => {
  it('reads an ordinary event, all of it', () => {
    expect(readTrustEvent(FULL)).toEqual({ ...byClass(FULL) });
    expect(readTrustEvent(EVENT)).toEqual({ ...byClass(EVENT) });
  });

  it('never accepts what the class refuses, and never reads anything else out of it', () => {
    const fields = fc.record(Object.fromEntries([...Object.keys(FULL), 'surplus'].map((name) => [name, text])), {
      requiredKeys: [],
    });
    const mixed = fc.tuple(fields, fc.subarray(Object.keys(FULL))).map(([some, sound]) => ({
      ...some,
      ...Object.fromEntries(Object.entries(FULL).filter(([name]) => sound.includes(name))),
    }));
    let taken = 0;
    fc.assert(
      fc.property(mixed, (entry) => {
        const read = readTrustEvent(entry as Record<string, string>);
        if (!read) return;
        taken += 1;
        expect(read).toEqual({ ...byClass(entry as Record<string, string>) });
      }),
      { numRuns: 2_000 },
    );
    expect(taken).toBeGreaterThan(10);
  });

  it('leaves what is long, and what becomes longer, to the class', () => {
    const numbers = `{"a":[${Array.from({ length: 400 }, () => '1e20').join(',')}]}`;
    expect(readTrustEvent({ ...EVENT, context: numbers })).toBeUndefined();
    expect(readTrustEvent({ ...EVENT, context: `{"a":"${'x'.repeat(2_000)}"}` })).toBeUndefined();
  });
});
