import type { ContextSchema } from './action-schema.js';
import { checkObligations } from './check-obligations.js';
import { checkScope } from './check-scope.js';
import { checkTests } from './check-tests.js';
import { compileCondition } from './condition.js';
import { DocumentReader } from './document-reader.js';
import {
  POLICY_EFFECTS,
  POLICY_MODES,
  POLICY_STATUSES,
  POLICY_TIERS,
  type PolicyDocument,
  type PolicyFault,
  type PolicySpec,
  SPEC_MEMBERS,
} from './policy.js';
import { POLICY_ID, WRITTEN } from './policy-forms.js';
import { POLICY_LIMITS, USUAL_PRIORITY } from './policy-limits.js';
import { contextFaults } from './typed-context.js';

/** What the contexts of actions look like, by the names of the actions. */
export type ContextSchemas = ReadonlyMap<string, ContextSchema>;

export type CheckedPolicy = { policy: PolicyDocument; faults: [] } | { policy: null; faults: PolicyFault[] };

const MOST_FAULTS = 100;

/** Parts of the language that are refused until they do something: a policy must not promise what nobody keeps. */
const LATER = new Map([
  ['approval', 'approvals come with a later version'],
  ['limits', 'limits come with a later version'],
]);

/**
 * Checks a document of whatever origin: its shape, and whether its condition compiles and has the right types. All that is wrong is told at
 * once, with a JSON pointer, and with line and column in conditions. Never throws.
 *
 * @param schemas with them the condition of a policy that is about such actions alone is checked against what their contexts look like
 */
export function checkPolicy(input: unknown, schemas: ContextSchemas = new Map()): CheckedPolicy {
  const faults: PolicyFault[] = [];
  const policy = readDocument(input, faults);
  if (policy && faults.every(({ pointer }) => pointer !== '/spec/condition'))
    faults.push(...contextFaults(policy, schemas));
  if (policy === null || faults.length > 0) return { policy: null, faults: faults.slice(0, MOST_FAULTS) };
  return { policy, faults: [] };
}

function readDocument(input: unknown, faults: PolicyFault[]): PolicyDocument | null {
  const reader = DocumentReader.open(input, '', faults, ['apiVersion', 'kind', 'metadata', 'spec']);
  if (!reader) return null;
  reader.word('apiVersion', ['agion/v1']);
  reader.word('kind', ['Policy']);
  const metadata = readMetadata(reader);
  const spec = readSpec(reader, faults);
  return metadata && spec ? { apiVersion: 'agion/v1', kind: 'Policy', metadata, spec } : null;
}

function readMetadata(document: DocumentReader): PolicyDocument['metadata'] | null {
  const reader = document.open('metadata', ['id', 'name', 'labels']);
  if (!reader) return null;
  const id = reader.value('id');
  if (typeof id !== 'string' || !POLICY_ID.test(id))
    reader.fault(
      'id',
      id === undefined
        ? 'is missing'
        : `must be up to 63 of a-z, 0-9, \`.\`, \`_\` and \`-\`, not starting with a sign`,
    );
  const name = reader.has('name') ? reader.text('name', POLICY_LIMITS.name) : undefined;
  const labels = reader.has('labels') ? readLabels(reader) : undefined;
  return { id: typeof id === 'string' ? id : '', ...(name !== undefined && { name }), ...(labels && { labels }) };
}

function readLabels(metadata: DocumentReader): Record<string, string> | undefined {
  const value = metadata.value('labels');
  const names = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : null;
  if (!names || names.length > POLICY_LIMITS.labels || names.includes('__proto__')) {
    metadata.fault('labels', `must be an object of up to ${POLICY_LIMITS.labels} texts`);
    return undefined;
  }
  const reader = metadata.open('labels', names);
  const entries = names.map((name): [string, string] => [name, reader?.text(name, POLICY_LIMITS.label) ?? '']);
  return Object.fromEntries(entries);
}

function readSpec(document: DocumentReader, faults: PolicyFault[]): PolicySpec | null {
  const reader = document.open('spec', [...SPEC_MEMBERS, ...LATER.keys()]);
  if (!reader) return null;
  for (const [name, detail] of LATER)
    if (reader.has(name) && !isEmptyList(reader.value(name))) reader.fault(name, detail);
  const status = reader.word('status', POLICY_STATUSES, 'active');
  const mode = reader.word('mode', POLICY_MODES, 'enforce');
  const tier = reader.word('tier', POLICY_TIERS, 'organization');
  const priority = reader.whole('priority', 0, POLICY_LIMITS.priority, USUAL_PRIORITY);
  const scope = checkScope(reader);
  const condition = readCondition(reader);
  const effect = readEffect(reader);
  const obligations = reader.has('obligations') ? checkObligations(reader, faults) : [];
  const message = reader.has('message') ? reader.text('message', POLICY_LIMITS.message) : undefined;
  const tests = reader.has('tests') ? checkTests(reader, faults) : undefined;
  if (!status || !mode || !tier || !scope || !effect) return null;
  return {
    status,
    mode,
    priority,
    tier,
    scope,
    ...(condition !== undefined && { condition }),
    effect,
    ...(obligations.length > 0 && { obligations }),
    ...(message !== undefined && { message }),
    ...(tests && { tests }),
  };
}

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

function readEffect(reader: DocumentReader): PolicySpec['effect'] | undefined {
  if (reader.value('effect') !== 'require_approval') return reader.word('effect', POLICY_EFFECTS);
  reader.fault('effect', '`require_approval` comes with a later version');
  return undefined;
}

function readCondition(reader: DocumentReader): string | undefined {
  if (!reader.has('condition')) return undefined;
  const text = reader.value('condition');
  if (typeof text !== 'string' || !WRITTEN.test(text)) {
    reader.fault('condition', 'must be a CEL expression; leave it out for a policy that always matches');
    return undefined;
  }
  const { faults } = compileCondition(text);
  for (const { detail, line, column } of faults) reader.fault('condition', detail, { line, column });
  return text;
}
