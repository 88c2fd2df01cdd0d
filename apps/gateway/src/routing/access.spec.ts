import { describe, expect, it } from '@jest/globals';
import { DEFAULT_ORGANIZATION, type Principal } from '@agion/wire';
import { ACCESS, mayCall, type AccessRule } from './access.js';

const caller = (kind: Principal['kind'], role: Principal['role'] = null): Principal => ({
  kind,
  subject: 'x',
  organization: DEFAULT_ORGANIZATION,
  role,
  groups: [],
});

const CALLERS = {
  anonymous: caller('anonymous'),
  agent: caller('agent'),
  container: caller('container'),
  viewer: caller('user', 'viewer'),
  operator: caller('user', 'operator'),
  admin: caller('user', 'admin'),
  'service account viewer': caller('service_account', 'viewer'),
  'service account admin': caller('service_account', 'admin'),
  'admin of another organization': {
    ...caller('user', 'admin'),
    organization: { id: '00000000-0000-7000-8000-00000000000f', slug: 'acme' },
  },
  'service account without a role': caller('service_account'),
};

const AGENTS = ['agent', 'container'];
const OPERATORS = ['operator', 'admin', 'service account admin', 'admin of another organization'];
const VIEWERS = ['viewer', 'service account viewer', ...OPERATORS];

const EXPECTED: Record<AccessRule, string[]> = {
  open: Object.keys(CALLERS),
  'open-in-development': ['anonymous', ...AGENTS, ...OPERATORS],
  'signed-in': [...AGENTS, ...VIEWERS],
  agents: [...AGENTS, ...OPERATORS],
  viewer: VIEWERS,
  operator: OPERATORS,
  admin: ['admin', 'service account admin', 'admin of another organization'],
  'platform-admin': ['admin', 'service account admin'],
};

describe('access rules', () => {
  it.each(Object.keys(ACCESS) as AccessRule[])('%s lets pass exactly those it names', (rule) => {
    const passing = Object.entries(CALLERS).filter(([, principal]) => mayCall(rule, principal));
    expect(passing.map(([name]) => name).sort()).toEqual([...EXPECTED[rule]].sort());
  });
});
