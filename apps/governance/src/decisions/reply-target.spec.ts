import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { replyTarget } from './reply-target.js';

const AGENT = 'demo:echo';
const OWN = 'governance:responses:demo';

describe('where a request is answered', () => {
  it('is the stream of all containers unless it names its own', () => {
    expect(replyTarget(undefined, AGENT, 'default')).toEqual({ stream: 'governance:responses', named: false });
    expect(replyTarget(undefined, 'alone', 'acme')).toEqual({ stream: 'org:acme:governance:responses', named: false });
  });

  it('is never where the dead letters of the shared stream go, whatever the container is called', () => {
    expect(replyTarget('governance:responses:dead', 'dead:echo', 'default')).toBeNull();
    expect(replyTarget('governance:responses:dead:pod-7', 'dead:echo', 'default')).toBeNull();
    expect(replyTarget(undefined, 'dead:echo', 'default')).not.toBeNull();
  });

  it('is the stream of its container or of one instance, in its organization', () => {
    for (const [slug, prefix] of [
      ['default', ''],
      ['acme', 'org:acme:'],
    ] as const)
      for (const stream of [OWN, `${OWN}:pod-7`, `${OWN}:0198C0DE.x_y`])
        expect(replyTarget(prefix + stream, AGENT, slug)).toEqual({ stream: prefix + stream, named: true });
  });

  const others = [
    'other',
    'demo2',
    'dem',
    'demo-2',
    'DEMO',
    'demo.',
    '*',
    '',
    'demo:',
    ':demo',
    'demo::x',
    'demo\n',
    ' demo',
    'demo ',
  ];
  const names = [
    '',
    ':',
    'agion:tasks',
    'governance:requests',
    'governance:responses',
    'governance:responses:',
    'governance:requests:dead',
    'agion:events:audit',
    'agion:policy:updates',
    'agent:demo:echo:trust_score',
    'agent:demo:echo:policies',
    'gateway:rate',
    'executions:reports',
    'org:acme:agion:tasks',
  ];
  const ends = [
    ':',
    '::',
    ':dead',
    ':a:b',
    ':a:dead',
    ': ',
    ':a b',
    ':a\0',
    ':a\nb',
    ':ä',
    ':\u202e',
    ':*',
    ':{x}',
    ':../x',
    ':%2e',
    ':-x',
    ':.x',
    ':_x',
    `:${'x'.repeat(129)}`,
    `:${'x'.repeat(10_240)}`,
    ':__proto__',
    '\0',
    ' ',
    '*',
    '?',
    '\n',
    '\r\n',
    '\u00a0',
    'x',
    '2',
    ':pod;DEL',
    ':pod\r\nDEL',
    ':"pod"',
    ':‮pod',
  ];
  const before = [
    ' ',
    '\n',
    ':',
    '/',
    '*',
    'x',
    'org:default:',
    'org:demo:',
    'org::',
    'ORG:acme:',
    'org:acme:org:acme:',
    '0:',
    'redis:',
    '{x}',
    '\ufeff',
  ];
  const hostile = [
    ...others.map((container) => `governance:responses:${container}`),
    ...others.map((container) => `governance:responses:${container}:pod`),
    ...others.map((container) => `org:acme:governance:responses:${container}`),
    ...names,
    ...ends.map((end) => OWN + end),
    ...before.map((start) => start + OWN),
    ...[
      'GOVERNANCE:RESPONSES:demo',
      'governance:responses:Demo',
      'governance/responses/demo',
      'governance:response:demo',
      'governance.responses.demo',
      `org:acme:${OWN}`,
      `org:acme:${OWN}:pod`,
    ],
  ];

  it('is nowhere for any other name', () => {
    expect(new Set(hostile).size).toBeGreaterThanOrEqual(100);
    for (const name of hostile) expect([name, replyTarget(name, AGENT, 'default')]).toEqual([name, null]);
  });

  it('is nowhere for a name in an organization that is not the agent’s', () => {
    expect(replyTarget(OWN, AGENT, 'acme')).toBeNull();
    expect(replyTarget(`org:default:${OWN}`, AGENT, 'default')).toBeNull();
    expect(replyTarget(`org:beta:${OWN}`, AGENT, 'acme')).toBeNull();
  });

  it('is nowhere for an agent outside any container that names a stream', () => {
    for (const name of [OWN, 'governance:responses', 'governance:responses:alone', 'governance:responses:null'])
      expect(replyTarget(name, 'alone', 'default')).toBeNull();
  });

  it('never leaves the container’s own family of names', () => {
    const part = fc.oneof(fc.string(), fc.constantFrom(OWN, ':', 'org:acme:', 'dead', 'pod', 'demo'));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 4 }), fc.constantFrom('default', 'acme'), (parts, slug) => {
        const name = parts.join('');
        const prefix = slug === 'acme' ? 'org:acme:' : '';
        const target = replyTarget(name, AGENT, slug);
        if (target) {
          expect(target.stream).toBe(name);
          expect(name.slice(prefix.length)).toMatch(/^governance:responses:demo(:[A-Za-z0-9][A-Za-z0-9._-]*)?$/);
          expect(name.startsWith(prefix)).toBe(true);
        }
      }),
    );
  });
});
