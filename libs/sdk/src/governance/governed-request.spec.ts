import { describe, expect, it } from '@jest/globals';
import { InvalidInputError } from '../input/input.errors.js';
import { actionOf, type GovernedRequest, pathOf } from './governed-request.js';

describe('what a request is called that nobody has named', () => {
  it.each<[string, GovernedRequest, string]>([
    [
      'the route of Fastify',
      { method: 'GET', url: '/charts/7?a=1', routeOptions: { url: '/charts/:id' } },
      'get:/charts/:id',
    ],
    [
      'the route of Express',
      { method: 'POST', originalUrl: '/charts/7', route: { path: '/charts/:id' } },
      'post:/charts/:id',
    ],
    [
      'the route of a router of Express',
      { method: 'PUT', originalUrl: '/api/charts/7', baseUrl: '/api', route: { path: '/charts/:id' } },
      'put:/api/charts/:id',
    ],
    ['the root of a router', { method: 'GET', baseUrl: '/api', route: { path: '/' } }, 'get:/api'],
    ['the path, before there is a route', { method: 'DELETE', originalUrl: '/charts/7?x=1' }, 'delete:/charts/7'],
    ['the path, where the route is no text', { method: 'GET', url: '/charts', route: { path: /^\/c/ } }, 'get:/charts'],
    ['GET for HEAD, which the same handler answers', { method: 'HEAD', url: '/charts' }, 'get:/charts'],
  ])('is %s', (_, request, action) => {
    expect(actionOf(request)).toBe(action);
  });
});

describe('the path that policies see', () => {
  it.each([
    ['/Admin/Users/', '/admin/users'],
    ['//admin///users', '/admin/users'],
    ['/%61dmin/users', '/admin/users'],
    ['/admin/users?q=/x#y', '/admin/users'],
    ['http://other.example/admin?q', '/admin'],
    ['/%E0%A4%A', '/%e0%a4%a'],
    ['/', '/'],
    ['', '/'],
    ['/a..b/.well-known/...', '/a..b/.well-known/...'],
  ])('of %s is %s, however it is written', (url, path) => {
    expect(pathOf({ url })).toBe(path);
  });

  it.each(['/public/../admin', '/public/%2e%2E/admin', '/public%2f..%2fadmin', '/./admin', '/public/..', '/a\\..\\b'])(
    'of %s is refused: whoever serves it may take it for another one',
    (url) => {
      expect(() => pathOf({ url })).toThrow(InvalidInputError);
      expect(() => pathOf({ originalUrl: url })).toThrow('`path` must not hold `.` or `..` as a segment');
    },
  );
});
