import { describe, expect, it } from '@jest/globals';
import { RESERVED_IDS } from '@agion/dto';
import { DEFAULT_ORGANIZATION, hasScope, type Principal, type Scope, SCOPES } from '@agion/wire';
import { mayCall } from './access.js';
import { nameOf, RouteTable } from './route-table.js';
import { type Route, ROUTES } from './routes.js';

const caller = (kind: Principal['kind'], role: Principal['role'] = null): Principal => ({
  kind,
  subject: 'x',
  organization: DEFAULT_ORGANIZATION,
  role,
  groups: [],
});

const CALLERS = [
  caller('anonymous'),
  caller('agent'),
  caller('container'),
  ...(['user', 'service_account'] as const).flatMap((kind) =>
    (['viewer', 'operator', 'admin'] as const).map((role) => caller(kind, role)),
  ),
];

const ROUTE: Route = { method: 'GET', path: '/api/v1/things', to: 'registry', who: 'viewer', scope: 'agents:read' };

describe('the scopes of routes', () => {
  it.each(ROUTES.filter(({ who }) => who !== 'open').map((route) => ({ name: nameOf(route), ...route })))(
    '$name: whoever may call it has its scope, unless his credentials are limited',
    ({ who, scope }) => {
      const allowed = CALLERS.filter((one) => mayCall(who, one));
      expect(allowed.length).toBeGreaterThan(0);
      expect(allowed.filter((one) => scope === null || !hasScope(one, scope))).toEqual([]);
      const others = SCOPES.filter((other) => other !== scope);
      expect(allowed.filter((one) => hasScope({ ...one, scopes: others }, scope as Scope))).toEqual([]);
    },
  );

  it.each([
    ['without a scope', { ...ROUTE, scope: null }, 'needs a scope'],
    ['with a scope that does not exist', { ...ROUTE, scope: 'things:read' as Scope }, 'needs a scope'],
    ['that is open and has a scope', { ...ROUTE, who: 'open' }, 'needs no scope'],
    ['without a rule', { ...ROUTE, who: 'nobody' as 'viewer' }, 'does not say who may call it'],
  ] satisfies [string, Route, string][])('no gateway starts with a route %s', (_, route, message) => {
    expect(() => new RouteTable([ROUTE], RESERVED_IDS)).not.toThrow();
    expect(() => new RouteTable([route], RESERVED_IDS)).toThrow(message);
  });
});
