import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { WEBHOOK_EVENTS } from '@agion/wire';

const ROOT = path.resolve(import.meta.dirname, '../..');
/** `type: 'a.b'`, also where it depends: `type: x ? 'a.b' : 'c.d'`. */
const TYPE = /type: (?:[^,'`]*\? )?'([a-z_]+\.[a-z_]+)'(?: : '([a-z_]+\.[a-z_]+)')?/g;

/** The types of facts that services write into the trail, as their sources name them. */
function namedTypes(): string[] {
  const files = globSync('apps/*/src/**/*.ts', { cwd: ROOT }).filter((file) => !file.endsWith('.spec.ts'));
  const facts = files
    .map((file) => readFileSync(path.join(ROOT, file), 'utf8'))
    .filter((source) => /auditEntry\(|AuditEvent|AuditFact|issued = /.test(source));
  return [...new Set(facts.flatMap((source) => [...source.matchAll(TYPE)].flatMap(([, ...types]) => types)))].filter(
    (type) => type !== undefined,
  );
}

test('every type of the audit trail can be asked for by a webhook', () => {
  const named = namedTypes();
  expect(named).toEqual(expect.arrayContaining(['agent.retired', 'decision.denied', 'token.rotated'])); // it does find them
  expect(named.filter((type) => !Object.hasOwn(WEBHOOK_EVENTS, type))).toEqual([]);
});
