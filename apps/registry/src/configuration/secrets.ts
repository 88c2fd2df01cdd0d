import type { InputFault } from '@agion/wire';

/** Names of members that hold secrets, without `-`, `_` and capitals. `max_tokens` and `stop_token` are none. */
const SECRET_NAMES = new Set([
  'accesskey',
  'accesstoken',
  'apikey',
  'apitoken',
  'authorization',
  'authtoken',
  'bearertoken',
  'clientsecret',
  'connectionstring',
  'credentials',
  'idtoken',
  'passphrase',
  'passwd',
  'password',
  'privatekey',
  'pwd',
  'refreshtoken',
  'secret',
  'secretaccesskey',
  'secretkey',
  'token',
]);
const SECRET_ENDINGS = ['password', 'apikey', 'secret', 'privatekey', 'accesstoken'];
const URL_WITH_PASSWORD = /^[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:[^/\s@]+@/i;

/** Members of free-form content that look like secrets. They belong into a secret store, not into a document agents fetch. */
export function findSecrets(value: unknown, pointer: string): InputFault[] {
  if (typeof value === 'string') {
    const detail = 'is a URL with a password: keep it in your secret store and name that in `credential_ref`';
    return URL_WITH_PASSWORD.test(value) ? [{ pointer, detail }] : [];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    const at = `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    return isSecretName(name) && holdsSomething(member)
      ? [{ pointer: at, detail: detailOf(name) }]
      : findSecrets(member, at);
  });
}

const detailOf = (name: string): string =>
  `\`${name}\` looks like a secret: keep it in your secret store and name that in \`credential_ref\``;

function isSecretName(name: string): boolean {
  const plain = name.toLowerCase().replaceAll(/[-_. ]/g, '');
  return SECRET_NAMES.has(plain) || SECRET_ENDINGS.some((ending) => plain.endsWith(ending));
}

const holdsSomething = (value: unknown): boolean =>
  (typeof value === 'string' && value !== '') ||
  typeof value === 'number' ||
  (typeof value === 'object' && value !== null);
