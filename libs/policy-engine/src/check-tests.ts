import { DocumentReader } from './document-reader.js';
import { POLICY_EFFECTS, type PolicyFault, type PolicyTest, type PolicyTestInput, type PolicyTrial } from './policy.js';
import { ZONED_TIME } from './policy-forms.js';
import { POLICY_LIMITS } from './policy-limits.js';

/** What a test may say of a request. */
export const TEST_INPUT = [
  'agent',
  'action',
  'resource',
  'user',
  'mission',
  'env',
  'arguments',
  'context',
  'now',
] as const;

const MAPS = ['mission', 'env', 'arguments', 'context'] as const;
const TEXTS_OR_MAPS = ['agent', 'action', 'resource'] as const;
export const TEST_AGENT = ['id', 'container', 'type', 'framework', 'status', 'trust', 'tier'] as const;

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
  if (!Array.isArray(value) || value.length > POLICY_LIMITS.tests) {
    owner.fault('tests', `must be a list of up to ${POLICY_LIMITS.tests} tests`);
    return [];
  }
  return value.flatMap((test: unknown, position) => {
    const pointer = `${owner.pointerTo('tests')}/${position}`;
    const reader = DocumentReader.open(test, pointer, faults, ['name', 'input', 'expect']);
    if (!reader) return [];
    const name = reader.text('name', POLICY_LIMITS.testName) ?? '';
    const expect = needsExpect || reader.has('expect') ? reader.word('expect', POLICY_EFFECTS) : undefined;
    const input = checkInput(reader) ?? {};
    return { name, input, ...(expect && { expect }) };
  });
}

function checkInput(test: DocumentReader): PolicyTestInput | null {
  const reader = test.open('input', TEST_INPUT);
  if (!reader) return null;
  for (const name of MAPS) if (reader.has(name) && !isMap(reader.value(name))) reader.fault(name, 'must be an object');
  for (const name of TEXTS_OR_MAPS) {
    const value = reader.value(name);
    if (value !== undefined && typeof value !== 'string' && !isMap(value))
      reader.fault(name, 'must be a text or an object');
  }
  if (isMap(reader.value('agent'))) reader.open('agent', TEST_AGENT);
  if (reader.has('user')) checkUser(reader);
  const now = reader.value('now');
  if (now !== undefined && (typeof now !== 'string' || !ZONED_TIME.test(now)))
    reader.fault('now', 'must be a time in ISO 8601 with its zone');
  return Object.fromEntries(TEST_INPUT.filter((name) => reader.has(name)).map((name) => [name, reader.value(name)]));
}

function checkUser(input: DocumentReader): void {
  const reader = input.open('user', ['id', 'role', 'groups']);
  if (!reader) return;
  reader.text('id', POLICY_LIMITS.userText);
  reader.text('role', POLICY_LIMITS.userText);
  const groups = reader.has('groups') ? reader.value('groups') : [];
  if (!Array.isArray(groups)) reader.fault('groups', 'must be a list of texts');
  else
    groups.forEach((group: unknown, position) => {
      if (typeof group !== 'string') reader.faultAt('groups', position, 'must be a text');
    });
}

const isMap = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
