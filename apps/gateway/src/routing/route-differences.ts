import { nameOf } from './route-table.js';
import type { Route } from './routes.js';

/** Part of a page: it stands in the table but is nothing to call. */
const UNDESCRIBED = ['/docs/reference.js'];

/**
 * Compares the route table with what the services say they answer.
 * @param paths the `paths` of the merged OpenAPI document
 * @returns one line for each route that only one side knows
 */
export function routeDifferences(routes: readonly Route[], paths: Readonly<Record<string, object>>): string[] {
  const listed = new Set(routes.filter(({ path }) => !UNDESCRIBED.includes(path)).map(nameOf));
  const answered = new Set(
    Object.entries(paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    ),
  );
  const only = (these: ReadonlySet<string>, those: ReadonlySet<string>): string[] =>
    [...these].filter((name) => !those.has(name));
  return [
    ...only(answered, listed).map((name) => `no entry in the route table for \`${name}\``),
    ...only(listed, answered).map((name) => `no service answers \`${name}\``),
  ].sort();
}
