import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import canonicalize from 'canonicalize';
import { FakePolicies } from './fake-policies.js';

const sha256 = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest();

test('a fake platform hashes and digests policies by the words of the API, also names that JavaScript would move', () => {
  const policies = new FakePolicies('default', 'deny');
  const tests = [{ name: 't', input: { context: { 10: 1, 9: 2, a: 3 } }, expect: 'allow' }];
  for (const id of ['b', 'a'])
    policies.publish([
      {
        apiVersion: 'agion/v1',
        kind: 'Policy',
        metadata: { id },
        spec: { effect: 'allow', scope: { agents: ['*'], actions: ['*'] }, tests },
      },
    ]);
  const document = policies.document('demo:a', null).document as unknown as Record<string, unknown>;
  const given = document.policies as { metadata: { id: string } }[];
  expect(given.map(({ metadata }) => metadata.id)).toEqual(['a', 'b']);
  const texts = given.map((policy) => canonicalize(policy) ?? '');
  expect(texts[0]).toContain('"context":{"10":1,"9":2,"a":3}');
  expect(document.hash).toBe(`sha256:${sha256(`[${texts.join()}]`).toString('hex')}`);
  expect(document.digest).toBe(`sha256:${sha256(Buffer.concat(texts.map(sha256))).toString('hex')}`);
});
