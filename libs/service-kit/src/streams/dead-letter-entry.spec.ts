import { generateKeyPairSync } from 'node:crypto';
import { deadLetterFields, PermanentError } from '@agion/messaging';
import { DEFAULT_ORGANIZATION, STREAMS, type ServiceName } from '@agion/wire';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { signEntry } from '../identity/entry-signature.js';
import { deadLetterIn } from './dead-letter-entry.js';
import { redrivenFields } from './redriven-entry.js';

const NOW = new Date('2026-11-20T12:00:00Z');
const SOURCE = `${NOW.getTime() - 60_000}-1`;
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const keys = new Map<ServiceName, typeof publicKey>([['governance', publicKey]]);
const read = (fields: Record<string, string>, stream = `${STREAMS.trust}:dead`) =>
  deadLetterIn({ id: `${NOW.getTime()}-0`, stream, fields, organization: DEFAULT_ORGANIZATION }, keys, NOW);
const died = (entry: Record<string, string>, error: unknown = new PermanentError('never')): Record<string, string> =>
  deadLetterFields(Object.entries(entry).flat(), { error, deliveries: 3, sourceId: SOURCE, failedAt: NOW });

describe('a dead letter', () => {
  it('is the entry, what it died of and when it came', () => {
    const entry = { agent_id: 'a:b', error: 'its own' };
    expect(read(died(entry))).toMatchObject({
      stream: STREAMS.trust,
      sourceId: SOURCE,
      sourceAt: new Date(NOW.getTime() - 60_000),
      agentId: 'a:b',
      kind: 'permanent',
      error: 'never',
      deliveries: 3,
      failedAt: NOW,
      incomplete: false,
      attempt: 0,
      fields: entry,
    });
    expect(read(died(entry, new Error('away')))).toMatchObject({ kind: 'exhausted', error: 'away' });
  });

  it('of an entry that was put back is the one it was before', () => {
    const entry = { agent_id: 'a:b', sig: 'own' };
    const back = redrivenFields({ sourceId: '1700000000000-5', attempt: 2, fields: entry });
    const signed = { ...signEntry(STREAMS.trust, back, 'governance', privateKey) };
    expect(read(died(signed))).toMatchObject({
      sourceId: '1700000000000-5',
      attempt: 2,
      fields: entry,
      agentId: 'a:b',
    });
    const forged = { ...back, sig: 'governance.x' };
    expect(read(died(forged))).toMatchObject({ sourceId: SOURCE, attempt: 0, fields: forged });
  });

  it('is kept whatever anybody has written, at a time that has been', () => {
    const own = fc.constantFrom('error', 'deliveries', 'source_id', 'failed_at', 'incomplete', 'agent_id');
    fc.assert(
      fc.property(fc.dictionary(fc.oneof(own, fc.string()), fc.oneof(fc.string(), fc.nat().map(String))), (fields) => {
        const letter = read({ ...fields });
        expect(letter.failedAt.getTime()).toBeLessThanOrEqual(NOW.getTime());
        expect(letter.sourceAt.getTime()).toBeLessThanOrEqual(NOW.getTime());
        expect(letter.sourceId).toMatch(/^\d+-\d+$/);
        expect(letter.error).not.toContain('\u0000');
        expect(letter.deliveries).toBeLessThan(2 ** 31);
      }),
    );
  });

  it('is one of a stream somebody consumes', () => {
    expect(() => read({}, 'governance:responses:dead')).toThrow(/holds no dead letters/);
  });
});
