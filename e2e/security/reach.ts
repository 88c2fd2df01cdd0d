import { type Answer, type CallOptions, type Platform } from '../platform.js';
import { filled, type Operation, OPERATIONS } from '../public-api.js';
import { CHANGING, CREATING } from './right-bodies.js';

/** Operations that are about something with an id, and ask who is calling. */
export const ABOUT_SOMETHING = OPERATIONS.filter(({ isProtected, url }) => isProtected && url.includes('{'));

/** A target: the path of an operation with ids in it. */
export interface Target {
  readonly path: string;
  /** The one that is looked at. */
  readonly id: string;
}

/** The parameters of a path that are ids, with the id of the thing each is about. */
export function idsIn(url: string, ids: Readonly<Record<string, string>>): [name: string, id: string][] {
  const segments = url.split('/');
  return segments.flatMap((segment, at) => {
    const name = /^\{(\w+)\}$/.exec(segment)?.[1];
    if (name === undefined || name === 'version') return [];
    const id = ids[segments[at - 1] ?? ''];
    if (id === undefined) throw new Error(`there is nothing for \`{${name}}\` of ${url}`);
    return [[name, id]];
  });
}

/** Each id in each of the path's places, while the others are what belongs there. */
export function targetsOf(url: string, ids: Readonly<Record<string, string>>, all: readonly string[]): Target[] {
  const right = idsIn(url, ids);
  const values = Object.fromEntries(right);
  return right.flatMap(([name, own]) =>
    [...new Set([own, ...all.filter((id) => !Object.values(values).includes(id))])].map((id) => ({
      id,
      path: filled(url, { ...values, [name]: encodeURIComponent(id) }),
    })),
  );
}

/** An id like this one that nobody has. */
export function madeUp(id: string): string {
  const last = id.at(-1) ?? '';
  const other = /\d/.test(last) ? (Number(last) + 5) % 10 : last === 'a' ? 'b' : 'a';
  return `${id.slice(0, -1)}${other}`;
}

/** Ids that look the same are read the same way: of one length or another, of the same words, digits and signs. */
export const looksOf = (id: string): string =>
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)
    ? 'uuid'
    : id.replace(/[a-z0-9]+/g, 'a').replace(/[A-Z]+/g, 'A');

/** Calls an operation with a body that is right for it. */
export function callRightly(
  platform: Platform,
  { name, method, fields }: Operation,
  { path, id }: Target,
  options: CallOptions,
): Promise<Answer> {
  const body = fields ? ((CHANGING[name] ?? CREATING[name])?.(id) ?? {}) : undefined;
  return platform.call(method, path, { body, ...options });
}

/** What an answer says, but for the id it was asked for and what is different each time. */
export function gist({ status, body }: Answer, id: string): string {
  if (status < 300) return String(status);
  const { trace_id: _, instance: __, ...said } = body as Record<string, unknown>;
  return `${status} ${JSON.stringify(said)
    .replaceAll(id, '<id>')
    .replace(/mine-\d+/g, '<own>')}`;
}

/** Does something for each, sixteen at a time. */
export async function forAll<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const left = items.values();
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      for (const item of left) await work(item);
    }),
  );
}
