import { describe, expect, it } from '@jest/globals';
import { isAllowed, selects } from './network-policy.mjs';

const pod = (name: string, namespace = 'a', namespaceLabels: Record<string, string> = {}): object => ({
  namespace,
  namespaceLabels,
  labels: { name },
});
const policy = (spec: object): object => ({ metadata: { namespace: 'a' }, spec });
const denyAll = policy({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
const into = (name: string, peer: object): object =>
  policy({
    podSelector: { matchLabels: { name } },
    policyTypes: ['Ingress'],
    ingress: [{ from: [peer], ports: [{ port: 80 }] }],
  });
const outOf = (name: string, peer: object): object =>
  policy({
    podSelector: { matchLabels: { name } },
    policyTypes: ['Egress'],
    egress: [{ to: [peer], ports: [{ protocol: 'TCP', port: 80 }] }],
  });
const y = { podSelector: { matchLabels: { name: 'y' } } };
const x = { podSelector: { matchLabels: { name: 'x' } } };

describe('a connection between pods', () => {
  const edge = { from: pod('x'), to: pod('y'), port: 80 };

  it('is free where no policy selects either', () => expect(isAllowed([], edge)).toBe(true));

  it('is impossible where all is denied', () => expect(isAllowed([denyAll], edge)).toBe(false));

  it('needs a rule on both sides', () => {
    expect(isAllowed([denyAll, into('y', x)], edge)).toBe(false);
    expect(isAllowed([denyAll, outOf('x', y)], edge)).toBe(false);
    expect(isAllowed([denyAll, into('y', x), outOf('x', y)], edge)).toBe(true);
  });

  it('needs the port and the protocol of the rule, and its direction', () => {
    const policies = [denyAll, into('y', x), outOf('x', y)];
    expect(isAllowed(policies, { ...edge, port: 81 })).toBe(false);
    expect(isAllowed(policies, { ...edge, protocol: 'UDP' })).toBe(false);
    expect(isAllowed(policies, { from: edge.to, to: edge.from, port: 80 })).toBe(false);
  });

  it('crosses namespaces only by a rule that names the other one', () => {
    const stranger = { ...edge, from: pod('x', 'b', { team: 'b' }) };
    expect(isAllowed([denyAll, into('y', x)], stranger)).toBe(false);
    expect(isAllowed([denyAll, into('y', { namespaceSelector: { matchLabels: { team: 'b' } }, ...x })], stranger)).toBe(
      true,
    );
    expect(isAllowed([denyAll, into('y', { namespaceSelector: { matchLabels: { team: 'c' } }, ...x })], stranger)).toBe(
      false,
    );
  });
});

describe('a connection to an address', () => {
  it('follows blocks and their exceptions', () => {
    const out = outOf('x', { ipBlock: { cidr: '0.0.0.0/0', except: ['10.0.0.0/8', '169.254.0.0/16'] } });
    const to = (address: string): boolean => isAllowed([denyAll, out], { from: pod('x'), to: { address }, port: 80 });
    expect(['192.0.2.1', '11.0.0.0'].map(to)).toEqual([true, true]);
    expect(['10.255.0.1', '169.254.169.254'].map(to)).toEqual([false, false]);
  });
});

describe('a selector', () => {
  it('asks for all that it names', () => {
    const selector = {
      matchExpressions: [
        { key: 'name', operator: 'In', values: ['x', 'y'] },
        { key: 'z', operator: 'DoesNotExist' },
      ],
    };
    expect(selects(selector, { name: 'x' })).toBe(true);
    expect(selects(selector, { name: 'x', z: '' })).toBe(false);
    expect(selects(selector, { name: 'w' })).toBe(false);
    expect(selects({}, {})).toBe(true);
  });
});
