import { InvalidInputError } from '../input/input.errors.js';

/** What is looked at of a request of Node, Express or Fastify. */
export interface GovernedRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  /** Express: as it came, before routers have cut it. */
  readonly originalUrl?: string | undefined;
  /** Express: where the router is mounted. */
  readonly baseUrl?: string | undefined;
  /** Express, from the route on. */
  readonly route?: { readonly path?: unknown } | undefined;
  /** Fastify. */
  readonly routeOptions?: { readonly url?: string | undefined } | undefined;
}

/**
 * What an action is called that nobody has named: `<method>:<route>`, e.g. `get:/charts/:id`. The route is the pattern where the
 * framework tells it: in every hook of Fastify, and in Express for middleware of a route. Middleware of an Express application runs
 * before there is a route; it gets the path, decoded and in lower case, without a slash at its end. HEAD is GET: routers answer it
 * with the same handler.
 */
export function actionOf(request: GovernedRequest): string {
  const method = (request.method ?? 'get').toLowerCase();
  return `${method === 'head' ? 'get' : method}:${patternOf(request) ?? pathOf(request)}`;
}

/**
 * The path of a request in the one form that policies have to know.
 * @throws InvalidInputError when it has dot segments: what stands behind may resolve them, and serve what nobody was asked about
 */
export function pathOf({ originalUrl, url = '/' }: GovernedRequest): string {
  const given = (originalUrl ?? url).replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '');
  const path = decoded(/^[^?#]*/.exec(given)?.[0] ?? '').toLowerCase();
  if (path.split(/[/\\]/).some((segment) => segment === '.' || segment === '..'))
    throw new InvalidInputError([{ field: 'path', detail: 'must not hold `.` or `..` as a segment' }]);
  return `/${path.split('/').filter(Boolean).join('/')}`;
}

function patternOf({ routeOptions, route, baseUrl = '' }: GovernedRequest): string | undefined {
  if (typeof routeOptions?.url === 'string') return routeOptions.url;
  if (typeof route?.path !== 'string') return undefined;
  const mounted = baseUrl === '' ? '' : pathOf({ url: baseUrl });
  return route.path === '/' && mounted !== '' ? mounted : mounted + route.path;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
