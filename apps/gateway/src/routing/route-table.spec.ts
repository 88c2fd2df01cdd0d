import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RESERVED_IDS } from '@agion/dto';
import { DomainError } from '@agion/service-kit';
import { reservedWords, RouteTable } from './route-table.js';
import { ROUTES } from './routes.js';

const table = new RouteTable(ROUTES, RESERVED_IDS);

const outcome = (method: string, target: string): string => {
  try {
    const { name, servicePath } = table.match(method, target);
    return `${name} → ${servicePath}`;
  } catch (error) {
    if (error instanceof DomainError) return error.problem;
    throw error;
  }
};

describe('the route table', () => {
  it('finds routes and says what the service is asked for', () => {
    expect(table.match('GET', '/api/v1/prompts/by-location/data_analysis?x=1')).toMatchObject({
      name: 'GET /api/v1/prompts/by-location/{location}',
      servicePath: '/v1/prompts/by-location/data_analysis',
      query: '?x=1',
    });
    expect(outcome('POST', '/api/v1/agents/support:triage/heartbeat')).toBe(
      'POST /api/v1/agents/{agent_id}/heartbeat → /v1/agents/support:triage/heartbeat',
    );
    expect(outcome('POST', '/api/v1/agents/support%3Atriage/heartbeat')).toBe(
      'POST /api/v1/agents/{agent_id}/heartbeat → /v1/agents/support:triage/heartbeat',
    );
  });

  it('prefers a literal segment, as the services do', () => {
    expect(outcome('POST', '/api/v1/agents/register')).toBe('POST /api/v1/agents/register → /v1/agents/register');
    expect(outcome('GET', '/api/v1/agents/register')).toBe('GET /api/v1/agents/{agent_id} → /v1/agents/register');
  });

  it('knows which methods a path has', () => {
    expect(() => table.match('PATCH', '/api/v1/prompts')).toThrow(
      expect.objectContaining({ problem: 'method-not-allowed', details: { allow: ['GET', 'POST'] } }),
    );
  });

  it.each([
    '//api/v1/prompts',
    '/api//v1/prompts',
    '/api/v1/prompts/',
    '/api/v1/prompts//',
    '/api/v1//prompts',
    '/api/v1/./prompts',
    '/api/v1/x/../prompts',
    '/api/v1/%2e%2e/v1/prompts',
    '/api/v1/prompts/%2E%2E',
    '/api/v1%2Fprompts',
    '/api/v1/prompts%2fp1',
    '/api/v1/prompts/p1%5cversions',
    '/api/v1/prompts/%252e%252e',
    '/api/v1/prompts/p1%00',
    '/api/v1/prompts/p1%0d%0aX:1',
    '/api/v1/prompts/p1%3Fx=1',
    '/api/v1/prompts/p1%23',
    '/api/v1/prompts/p1%3Bx',
    '/api/v1/prompts;x/p1',
    '/API/v1/prompts',
    '/api/v1/Prompts',
    '/v1/prompts',
    '/internal/organizations',
    '/api/internal/organizations',
    '/api/v1/internal/organizations',
    'http://registry:8081/api/v1/prompts',
    '*',
    '',
    '/',
  ])('has no route for `%s`', (target) => {
    expect(outcome('GET', target)).toBe('not-found');
  });

  it.each(['/api/v1/prompts/%zz', '/api/v1/prompts/%c3%28', '/api/v1/prompts/ü'])('calls `%s` malformed', (target) => {
    expect(outcome('GET', target)).toBe('malformed-request');
  });

  it('reads targets up to 8,192 bytes', () => {
    const target = (length: number): string => '/ag-ui/events?user_message='.padEnd(length, 'a');
    expect(outcome('GET', target(8_192))).toContain('GET /ag-ui/events');
    expect(outcome('GET', target(8_193))).toBe('uri-too-long');
  });

  it('forwards exactly what it has matched, however the target is written', () => {
    const pieces = fc.constantFrom(
      ...['/', '//', '.', '..', '%2f', '%2F', '%5c', '%', '%25', '?', '#', ';', ':', '%3a', 'api', 'v1', 'API'],
      ...['prompts', 'agents', 'register', 'by-location', 'internal', 'p1', '%70', 'é', '\\', ' ', '%00', '@'],
    );
    const target = fc.array(pieces, { maxLength: 10 }).map((parts) => `/${parts.join('')}`);
    fc.assert(
      fc.property(fc.constantFrom('GET', 'POST', 'DELETE'), target, (method, path) => {
        const found = outcome(method, path);
        if (!found.includes(' → ')) return;
        const [name = '', forwarded = ''] = found.split(' → ');
        // Read once more, the forwarded path is the same route: nobody behind the gateway sees another one.
        expect(outcome(method, forwarded.startsWith('/v1/') ? `/api${forwarded}` : forwarded)).toBe(found);
        expect(forwarded).not.toMatch(/\/\/|\/\.{1,2}(\/|$)|%2f|%5c|%00|[?#;\\]/i);
        expect(name.split('/')).toHaveLength(
          `/api${forwarded}`.split('/').length - (forwarded.startsWith('/v1/') ? 0 : 1),
        );
      }),
      { numRuns: 5_000 },
    );
  });

  it('refuses two entries for one route', () => {
    const twice = [ROUTES[0], ROUTES[0]].filter((route) => route !== undefined);
    expect(() => new RouteTable(twice, RESERVED_IDS)).toThrow(/two routes are/);
  });

  it('refuses a word where an id may stand that an id may be', () => {
    const chosen = RESERVED_IDS.filter((word) => word !== 'by-location');
    expect(() => new RouteTable(ROUTES, chosen)).toThrow('routes use words that an id may be: `by-location`');
    expect(reservedWords(ROUTES)).toContain('register');
  });
});
