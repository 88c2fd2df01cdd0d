import { DocumentReader } from './document-reader.js';
import { POLICY_EFFECTS, type PolicyFault, type PolicyTest, type PolicyTestInput, type PolicyTrial } from './policy.js';

const MOST_TESTS = 100;
const LONGEST_NAME = 200;

const INPUT = ['agent', 'action', 'resource', 'user', 'mission', 'env', 'arguments', 'context', 'now'] as const;
/** Without a zone it would be the machine's. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;

const MAPS = ['mission', 'env', 'arguments', 'context'] as const;
const TEXTS_OR_MAPS = ['agent', 'action', 'resource'] as const;
const AGENT = ['id', 'container', 'type', 'framework', 'status', 'trust', 'tier'] as const;

/** `tests`: only their shape; `runPolicyTests` runs them. */
export const checkTests = (spec: DocumentReader, faults: PolicyFault[]): PolicyTest[] =>
  readTests(spec, faults, true).filter((test): test is PolicyTest => test.expect !== undefined);

/** The `tests` of an object, each of which may go without `expect`; empty, with faults, when something is wrong with them. Never throws. */
export function checkTrials(owner: object): { trials: PolicyTrial[]; faults: PolicyFault[] } {
  const faults: PolicyFault[] = [];
  const reader = DocumentReader.open(owner, '', faults, Object.keys(owner));
  const trials = reader ? readTests(reader, faults, false) : [];
  return { trials: faults.length > 0 ? [] : trials, faults };
}

function readTests(owner: DocumentReader, faults: PolicyFault[], needsExpect: boolean): PolicyTrial[] {
  const value = owner.value('tests');
  if (!Array.isArray(value) || value.length > MOST_TESTS) {
    owner.fault('tests', `must be a list of up to ${MOST_TESTS} tests`);
    return [];
  }
  return value.flatMap((test: unknown, position) => {
    const pointer = `${owner.pointerTo('tests')}/${position}`;
    const reader = DocumentReader.open(test, pointer, faults, ['name', 'input', 'expect']);
    if (!reader) return [];
    const name = reader.text('name', LONGEST_NAME) ?? '';
    const expect = needsExpect || reader.has('expect') ? reader.word('expect', POLICY_EFFECTS) : undefined;
    const input = checkInput(reader) ?? {};
    return { name, input, ...(expect && { expect }) };
  });
}

function checkInput(test: DocumentReader): PolicyTestInput | null {
  const reader = test.open('input', INPUT);
  if (!reader) return null;
  for (const name of MAPS) if (reader.has(name) && !isMap(reader.value(name))) reader.fault(name, 'must be an object');
  for (const name of TEXTS_OR_MAPS) {
    const value = reader.value(name);
    if (value !== undefined && typeof value !== 'string' && !isMap(value))
      reader.fault(name, 'must be a text or an object');
  }
  if (isMap(reader.value('agent'))) reader.open('agent', AGENT);
  if (reader.has('user')) checkUser(reader);
  const now = reader.value('now');
  if (now !== undefined && (typeof now !== 'string' || !TIME.test(now) || Number.isNaN(Date.parse(now))))
    reader.fault('now', 'must be a time in ISO 8601 with its zone');
  return Object.fromEntries(INPUT.filter((name) => reader.has(name)).map((name) => [name, reader.value(name)]));
}

function checkUser(input: DocumentReader): void {
  const reader = input.open('user', ['id', 'role', 'groups']);
  if (!reader) return;
  reader.text('id', LONGEST_NAME);
  reader.text('role', LONGEST_NAME);
  if (reader.has('groups') && !Array.isArray(reader.value('groups'))) reader.fault('groups', 'must be a list of texts');
}

const isMap = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
