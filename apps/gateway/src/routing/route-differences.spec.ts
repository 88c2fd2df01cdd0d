import { describe, expect, it } from '@jest/globals';
import { routeDifferences } from './route-differences.js';
import type { Route } from './routes.js';

const routes: Route[] = [
  { method: 'GET', path: '/api/v1/x', to: 'registry', who: 'viewer', scope: 'agents:read' },
  { method: 'GET', path: '/docs/reference.js', to: 'gateway', who: 'open', scope: null },
];

describe('route table against services', () => {
  it('finds nothing where both say the same', () => {
    expect(routeDifferences(routes, { '/api/v1/x': { get: {} } })).toEqual([]);
  });

  it('names a route of a service without an entry, and an entry without a route', () => {
    expect(routeDifferences(routes, { '/api/v1/y': { post: {} } })).toEqual([
      'no entry in the route table for `POST /api/v1/y`',
      'no service answers `GET /api/v1/x`',
    ]);
  });
});
