import { LRUCache } from 'lru-cache';
import { DomainError } from '@agion/service-kit';
import { SCOPES } from '@agion/wire';
import { ACCESS } from './access.js';
import { readPath, writePath } from './request-path.js';
import type { Route } from './routes.js';

/** A request that found its route. */
export interface RouteMatch {
  readonly route: Route;
  /** `GET /api/v1/prompts/{id}`: one name for all requests of a route. */
  readonly name: string;
  /** The path the owning service knows, canonical, without the query. */
  readonly servicePath: string;
  readonly query: string;
}

interface Node {
  readonly literals: Map<string, Node>;
  parameter?: Node;
  readonly routes: Map<string, { route: Route; name: string }>;
}

/** Targets whose match is remembered: agents ask for the same few again and again. */
const MAX_REMEMBERED = 5_000;
/** Longer ones are questions of a moment; 5,000 of them would fill tens of megabytes. */
const MAX_REMEMBERED_LENGTH = 512;

/** Finds the one route of a request. A literal segment wins over a parameter, as in the services' own routers. */
export class RouteTable {
  private readonly root: Node = newNode();
  private readonly remembered = new LRUCache<string, RouteMatch>({ max: MAX_REMEMBERED });

  /**
   * @param reserved ids that nobody can choose
   * @throws Error when two routes are the same, when one does not say who may call it and with which scope, or when an id that can be chosen would be hidden behind a word of a route
   */
  constructor(routes: readonly Route[], reserved: readonly string[]) {
    const hiding = reservedWords(routes).filter((word) => !reserved.includes(word));
    if (hiding.length > 0) throw new Error(`routes use words that an id may be: \`${hiding.join('`, `')}\``);
    for (const route of routes) {
      requireComplete(route);
      let node = this.root;
      for (const segment of segmentsOf(route.path)) node = childFor(node, segment);
      if (node.routes.has(route.method)) throw new Error(`two routes are \`${nameOf(route)}\``);
      node.routes.set(route.method, { route, name: nameOf(route) });
    }
  }

  /** @throws DomainError `not-found`, `method-not-allowed` (with the methods there are), `malformed-request` or `uri-too-long` */
  match(method: string, target: string): RouteMatch {
    const request = `${method} ${target}`;
    const known = this.remembered.get(request);
    if (known) return known;
    const match = this.find(method, target);
    if (request.length <= MAX_REMEMBERED_LENGTH) this.remembered.set(request, match);
    return match;
  }

  private find(method: string, target: string): RouteMatch {
    const { segments, query } = readPath(target);
    const nodes = this.reach(this.root, segments, 0);
    const found = nodes.map((node) => node.routes.get(method)).find((entry) => entry !== undefined);
    if (found) return { ...found, servicePath: servicePath(segments), query };
    const allow = [...new Set(nodes.flatMap((node) => [...node.routes.keys()]))].sort();
    if (allow.length === 0) throw new DomainError('not-found', 'no route has this path');
    throw new DomainError('method-not-allowed', `this path does not have \`${method}\``, { allow });
  }

  /** Every node with routes that these segments lead to, literal segments first. */
  private reach(node: Node, segments: readonly string[], depth: number): Node[] {
    if (depth === segments.length) return node.routes.size > 0 ? [node] : [];
    const literal = node.literals.get(segments[depth] ?? '');
    const below = literal ? this.reach(literal, segments, depth + 1) : [];
    return node.parameter ? [...below, ...this.reach(node.parameter, segments, depth + 1)] : below;
  }
}

/** What is open is open to everybody; whatever else there is needs a rule and a scope that exist. */
function requireComplete(route: Route): void {
  const { who, scope } = route;
  if (!Object.hasOwn(ACCESS, who)) throw new Error(`\`${nameOf(route)}\` does not say who may call it`);
  if (who === 'open' ? scope !== null : !(SCOPES as readonly unknown[]).includes(scope))
    throw new Error(`\`${nameOf(route)}\` needs ${who === 'open' ? 'no scope: it is open' : 'a scope'}`);
}

/** Words that stand where an id may stand: no prompt, model, resource, policy or tool may be called like this. */
export function reservedWords(routes: readonly Route[]): string[] {
  const words = routes.flatMap(({ path }) => {
    const segments = segmentsOf(path);
    return segments.filter(
      (segment, at) =>
        !isParameter(segment) &&
        routes.some((other) => {
          const others = segmentsOf(other.path);
          return isParameter(others[at] ?? '') && others.slice(0, at).every((word, i) => word === segments[i]);
        }),
    );
  });
  return [...new Set(words)].sort();
}

export const nameOf = ({ method, path }: Route): string => `${method} ${path}`;

/** `/api/v1/x` of the gateway is `/v1/x` of the owning service. */
const servicePath = (segments: readonly string[]): string =>
  writePath(segments[0] === 'api' ? segments.slice(1) : segments);

const segmentsOf = (path: string): string[] => path.slice(1).split('/');
const isParameter = (segment: string): boolean => segment.startsWith('{');
const newNode = (): Node => ({ literals: new Map(), routes: new Map() });

function childFor(node: Node, segment: string): Node {
  if (isParameter(segment)) return (node.parameter ??= newNode());
  const known = node.literals.get(segment);
  if (known) return known;
  const made = newNode();
  node.literals.set(segment, made);
  return made;
}
