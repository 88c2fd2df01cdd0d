import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalForm, type SignedRequest, statesUser, userOf } from './signed-headers.js';

const SECRET = 'a secret of more than thirty-two characters';
const NOW = 1_795_000_000;
const ID = 'X-Supabase-User-ID';
const EMAIL = 'X-Supabase-User-Email';
const ROLE = 'X-Supabase-User-Role';
const SIGNATURE = 'X-Gateway-Signature';

const GOOD: SignedRequest = {
  method: 'POST',
  target: '/api/v1/runs?x=1',
  body: Buffer.from('{"a":1}'),
  headers: { 'content-type': 'application/json', 'idempotency-key': 'k-1', accept: 'text/html' },
  user: { id: 'ada', email: 'ada@example.com', role: 'operator' },
  at: NOW,
  until: NOW + 600,
};

const proofOf = (signed: SignedRequest, secret = SECRET): string => {
  const mac = createHmac('sha256', secret).update(canonicalForm(signed)).digest('base64url');
  return `v1.${signed.at}.${signed.until}.${mac}`;
};

/** Headers of a request, its signature that of `signed`. */
const headersOf = ({ user: { id, email, role } }: SignedRequest, proof: string): string[] => [
  ...['Host', 'x', ID, id],
  ...(email === null ? [] : [EMAIL, email]),
  ...(role === null ? [] : [ROLE, role]),
  ...[SIGNATURE, proof],
];
const read = (sent: SignedRequest, rawHeaders = headersOf(sent, proofOf(sent)), now = NOW): ReturnType<typeof userOf> =>
  userOf({ ...sent, rawHeaders }, SECRET, now);

describe('the headers of an edge function', () => {
  it('are signed as fourteen lines', () => {
    expect(canonicalForm(GOOD).split('\n')).toEqual([
      ...['v1', '1795000000', '1795000600', 'POST', '/api/v1/runs?x=1', 'ada', 'ada@example.com', 'operator'],
      '015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862',
      ...['application/json', 'k-1', '', '', ''],
    ]);
  });

  it('name a user when they are proven', () => {
    expect(read(GOOD)).toEqual({ ...GOOD.user, until: NOW + 600 });
    const least = { ...GOOD, user: { id: 'ada', email: null, role: null } };
    expect(read(least)).toEqual({ ...least.user, until: NOW + 600 });
  });

  it('are believed for a minute before and after', () => {
    for (const now of [NOW - 60, NOW + 60]) expect(read(GOOD, undefined, now)).toMatchObject({ id: 'ada' });
    for (const now of [NOW - 61, NOW + 61]) expect(() => read(GOOD, undefined, now)).toThrow(/60 seconds/);
  });

  it('end with the user’s own credentials', () => {
    expect(() => read({ ...GOOD, until: NOW })).toThrow(/expired/);
  });

  it.each<[string, Partial<SignedRequest>]>([
    ['another method', { method: 'DELETE' }],
    ['another path', { target: '/api/v1/policies' }],
    ['another query', { target: '/api/v1/runs?x=2' }],
    ['another body', { body: Buffer.from('{"a":2}') }],
    ['another user', { user: { ...GOOD.user, id: 'eve' } }],
    ['another email', { user: { ...GOOD.user, email: 'eve@example.com' } }],
    ['another role', { user: { ...GOOD.user, role: 'admin' } }],
    ['another type of its body', { headers: { ...GOOD.headers, 'content-type': 'application/yaml' } }],
    ['another key', { headers: { ...GOOD.headers, 'idempotency-key': 'k-2' } }],
    ['no key', { headers: { 'content-type': 'application/json' } }],
    ['a condition', { headers: { ...GOOD.headers, 'if-match': '"1"' } }],
    ['another place in a stream', { headers: { ...GOOD.headers, 'last-event-id': 'x' } }],
    ['another session', { headers: { ...GOOD.headers, 'x-session-id': 'x' } }],
    ['no role', { user: { ...GOOD.user, role: null } }],
  ])('prove nothing about %s', (_, changed) => {
    const sent = { ...GOOD, ...changed };
    expect(() => read(sent, headersOf(sent, proofOf(GOOD)))).toThrow(/not one of this request/);
  });

  const [good] = [proofOf(GOOD)];
  it.each([
    ['none', ''],
    ['one of another secret', proofOf(GOOD, 'another secret of thirty-two characters')],
    ['a later end', good.replace(String(NOW + 600), String(NOW + 601))],
    ['a later time', good.replace(String(NOW), String(NOW + 1))],
    ['no version', good.slice(3)],
    ['another version', good.replace('v1', 'v2')],
    ['half', good.slice(0, -4)],
    ['two of them', `${good},${good}`],
  ])('are refused with a signature that is %s', (_, proof) => {
    expect(() => read(GOOD, headersOf(GOOD, proof))).toThrow();
  });

  it.each([
    ['no signature', [ID, 'ada']],
    ['no user', [ROLE, 'admin', SIGNATURE, good]],
    ['a second user', [...headersOf(GOOD, good), ID, 'eve']],
    ['a second user in other letters', [...headersOf(GOOD, good), ID.toLowerCase(), 'ada']],
    ['a second role with an underscore', [...headersOf(GOOD, good), 'X_Supabase_User_Role', 'admin']],
    ['a second signature', [...headersOf(GOOD, good), SIGNATURE, good]],
    ['underscores only', ['X_Supabase_User_ID', 'ada', 'X_Gateway_Signature', good]],
  ])('are refused with %s', (_, rawHeaders) => {
    expect(statesUser(rawHeaders)).toBe(true);
    expect(() => read(GOOD, rawHeaders)).toThrow();
  });

  it.each(['user, admin', 'admin,', '', 'ad min', 'ad\u00e9', 'a'.repeat(256)])(
    'are refused with the value `%s`, also when it was signed',
    (value) => {
      expect(() => read({ ...GOOD, user: { ...GOOD.user, id: value } })).toThrow();
      expect(() => read({ ...GOOD, user: { ...GOOD.user, role: value } })).toThrow();
    },
  );

  it('prove one request and no other', () => {
    const text = fc.stringMatching(/^[!-+\--~]{1,20}$/);
    const user = fc.record({ id: text, email: fc.option(text), role: fc.option(text) });
    const request = fc.record({ method: text, target: text, body: fc.uint8Array(), user });
    fc.assert(
      fc.property(request, request, (one, other) => {
        const signed = { ...GOOD, ...one };
        const sent = { ...GOOD, ...other };
        expect(read(signed)).toMatchObject({ id: one.user.id });
        if (canonicalForm(signed) === canonicalForm(sent)) expect(sent).toEqual(signed);
        else expect(() => read(sent, headersOf(sent, proofOf(signed)))).toThrow();
      }),
    );
  });

  it('are not looked for in others', () => {
    expect(statesUser(['Host', 'x', 'X-Request-ID', '1', 'X-Supabase-User', '1', 'authorization', 'x'])).toBe(false);
  });
});
