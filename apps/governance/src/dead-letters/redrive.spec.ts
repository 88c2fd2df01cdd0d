import { describe, expect, it } from '@jest/globals';
import { STREAMS } from '@agion/wire';
import type { WholeDeadLetter } from './dead-letter.js';
import { fieldsFor, obstacleTo } from './redrive.js';

const AT = Date.parse('2026-11-20T12:00:00Z');
const letter = (given: Partial<WholeDeadLetter> = {}): WholeDeadLetter => ({
  organizationId: 'one',
  id: 'x',
  stream: STREAMS.trust,
  sourceId: `${AT}-0`,
  sourceAt: new Date(AT),
  agentId: null,
  kind: 'permanent',
  error: 'no',
  deliveries: 1,
  failedAt: new Date(AT),
  incomplete: false,
  bytes: 1,
  status: 'open',
  redrives: 1,
  settledAt: null,
  settledBy: null,
  reason: null,
  fields: { agent_id: 'a:b' },
  ...given,
});
const request = (fields: Record<string, string>): WholeDeadLetter =>
  letter({ stream: STREAMS.governanceRequests, fields });

describe('an entry', () => {
  it('goes back as it came, as the next attempt', () => {
    expect(obstacleTo(letter(), AT + 86_400_000)).toBeNull();
    expect(JSON.parse(fieldsFor(letter(), { a: '\u0000"' }).redriven ?? '')).toEqual({
      source_id: `${AT}-0`,
      attempt: 2,
      fields: { a: '\u0000"' },
    });
  });

  it.each<[string, Partial<WholeDeadLetter>, RegExp]>([
    ['that was not kept whole', { incomplete: true }, /not be the same entry/],
    ['that nobody can read', { fields: null }, /forgotten, or sealed/],
    ['without room for what is added', { fields: { a: '"'.repeat(600_000) } }, /allowed are 1031936/],
  ])('%s stays', (_, given, why) => {
    expect(obstacleTo(letter(given), AT)).toMatch(why);
  });

  it.each<[string, Record<string, string>, number, boolean]>([
    ['within the usual five seconds', {}, 5_000, true],
    ['after them', {}, 5_001, false],
    ['within what it says', { timeout_ms: '60000' }, 60_000, true],
    ['after what it says', { timeout_ms: '10' }, 11, false],
    ['after the usual time where what it says is none', { timeout_ms: 'for ever' }, 5_001, false],
  ])('that is a request goes back while somebody waits: %s', (_, fields, later, goes) => {
    expect(obstacleTo(request(fields), AT + later) === null).toBe(goes);
  });
});
