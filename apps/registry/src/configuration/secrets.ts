import type { InputFault } from '@agion/wire';
import { isSecretName } from './secret-names.js';
import { secretIn } from './secret-texts.js';

const WAY_OUT = 'keep it in your secret store and name that in `credential_ref`';
/** Members that hold a name where things are listed as `{name, value}`. */
const NAME_MEMBERS = ['name', 'key', 'header', 'variable'];

/**
 * Members of free-form content that look like secrets, by their names or by what they hold. They belong into a secret store,
 * not into a document agents fetch.
 */
export function findSecrets(value: unknown, pointer: string): InputFault[] {
  if (typeof value === 'string') {
    const secret = secretIn(value);
    return secret === undefined ? [] : [{ pointer, detail: `holds ${secret}: ${WAY_OUT}` }];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    const at = `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const meant = name === 'value' ? (nameIn(value) ?? name) : name;
    return isSecretName(meant) && holdsSomething(member)
      ? [{ pointer: at, detail: `\`${meant}\` looks like a secret: ${WAY_OUT}` }]
      : findSecrets(member, at);
  });
}

/** What an entry of a list is about, as in `{"name": "API_KEY", "value": "…"}`. */
function nameIn(entry: object): string | undefined {
  const members = entry as Record<string, unknown>;
  return NAME_MEMBERS.map((member) => members[member]).find((name) => typeof name === 'string');
}

const holdsSomething = (value: unknown): boolean =>
  (typeof value === 'string' && value !== '') ||
  typeof value === 'number' ||
  (typeof value === 'object' && value !== null);
