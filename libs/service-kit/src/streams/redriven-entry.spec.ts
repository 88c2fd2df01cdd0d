import { generateKeyPairSync } from 'node:crypto';
import { deadLetterFields, PermanentError } from '@agion/messaging';
import { REDRIVEN, type ServiceName } from '@agion/wire';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { signEntry } from '../identity/entry-signature.js';
import { MAX_REDRIVEN_BYTES, redrivenEntry, redrivenFields } from './redriven-entry.js';

const governance = generateKeyPairSync('ed25519');
const registry = generateKeyPairSync('ed25519');
const keys = new Map<ServiceName, typeof governance.publicKey>([
  ['governance', governance.publicKey],
  ['registry', registry.publicKey],
]);
const STREAM = 'agion:events:trust';
const entry = { sourceId: '1795176000000-3', attempt: 2, fields: { agent_id: 'a:b', sig: 'own' } };
const signed = (fields = redrivenFields(entry)): Readonly<Record<string, string>> =>
  signEntry(STREAM, fields, 'governance', governance.privateKey);

describe('an entry that is put back', () => {
  it('is read as it came, with the id it had', () => {
    expect(redrivenEntry(STREAM, signed(), keys)).toEqual(entry);
  });

  it('keeps its fields, whatever they are called and hold', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string({ unit: 'grapheme' })), (fields) => {
        expect(redrivenEntry(STREAM, signed(redrivenFields({ ...entry, fields })), keys)?.fields).toEqual({
          ...fields,
        });
      }),
    );
  });

  it('is kept as it came when it dies again, though it is as large as it may be', () => {
    const sized = (text: string): Readonly<Record<string, string>> =>
      redrivenFields({ ...entry, fields: { ...entry.fields, text } });
    const room = MAX_REDRIVEN_BYTES - (sized('')[REDRIVEN]?.length ?? 0);
    const reason = { error: new Error('no'), deliveries: 1, sourceId: '9-9', failedAt: new Date(0) };
    const letter = deadLetterFields(Object.entries(signed(sized('x'.repeat(room)))).flat(), reason);
    expect(letter).not.toHaveProperty('incomplete');
  });

  it('is an entry of its own without the field', () => {
    expect(redrivenEntry(STREAM, { agent_id: 'a:b', sig: 'x' }, keys)).toBeUndefined();
  });

  it.each<[string, string, Readonly<Record<string, string>>]>([
    ['nobody has signed', STREAM, redrivenFields(entry)],
    ['another service has signed', STREAM, signEntry(STREAM, redrivenFields(entry), 'registry', registry.privateKey)],
    ['was signed for another stream', 'org:acme:agion:events:trust', signed()],
    ['was changed', STREAM, { ...signed(), [REDRIVEN]: signed()[REDRIVEN]?.replace('a:b', 'c:d') ?? '' }],
    ['holds no entry', STREAM, signed({ [REDRIVEN]: '{"source_id":"1-0"}' })],
    ['holds no id', STREAM, signed(redrivenFields({ ...entry, sourceId: 'now' }))],
    ['holds no JSON', STREAM, signed({ [REDRIVEN]: '{' })],
  ])('is refused when it %s', (_, stream, fields) => {
    expect(() => redrivenEntry(stream, fields, keys)).toThrow(PermanentError);
  });
});
