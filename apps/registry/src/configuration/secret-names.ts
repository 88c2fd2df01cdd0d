/** Words that make a name that of a secret, wherever in the name they stand. */
const SECRET_WORDS = new Set([
  'authorization',
  'bearer',
  'credential',
  'credentials',
  'passphrase',
  'passwd',
  'password',
  'passwords',
  'pwd',
  'secret',
  'secrets',
  'token',
]);
/** Two words that do so together. Only these speak of `tokens` and `keys` that are secrets. */
const SECRET_PAIRS = new Set(
  ['private', 'api', 'access', 'secret']
    .flatMap((word) => [`${word} key`, `${word} keys`])
    .concat(
      ['access', 'api', 'auth', 'bearer', 'id', 'refresh'].map((word) => `${word} tokens`),
      'connection string',
    ),
);
/** The same written as one word, at the end of a name. */
const SECRET_ENDINGS = [
  'accesskey',
  'accesstoken',
  'apikey',
  'apitoken',
  'authtoken',
  'bearertoken',
  'connectionstring',
  'idtoken',
  'passphrase',
  'passwd',
  'password',
  'privatekey',
  'refreshtoken',
  'secret',
  'secretkey',
];

/** Last words of names that speak about a secret, or say where it is, without being one. */
const ABOUT_SECRETS = new Set(
  (
    'alias arn budget cost count description enabled encoding endpoint env expires expiry field file format header id ids issuer ' +
    'label length level lifetime limit location manager max min mode model name overlap path policy price provider quota rate ' +
    'ratio ref reference required rotation scheme size store strategy threshold ttl type uri url usage version window'
  ).split(' '),
);
/** Words before `token` that make it a piece of text. */
const PIECES_OF_TEXT = new Set(
  (
    'begin bos cached cls completion end eos first input last mask max min new next output pad per prompt sep special start ' +
    'stop total unk'
  ).split(' '),
);

/** Whether a member of this name would hold a secret. `max_tokens`, `stop_token`, `tokenizer` and `secret_name` would not. */
export function isSecretName(name: string): boolean {
  const words = wordsOf(name);
  const last = words.at(-1);
  if (last !== undefined && words.length > 1 && ABOUT_SECRETS.has(last)) return false;
  return (
    words.some((word, at) => isSecretWord(word, words[at - 1])) ||
    SECRET_ENDINGS.some((ending) => last?.endsWith(ending))
  );
}

const isSecretWord = (word: string, before = ''): boolean =>
  SECRET_PAIRS.has(`${before} ${word}`) ||
  (SECRET_WORDS.has(word) && !(word === 'token' && PIECES_OF_TEXT.has(before)));

/** `AWS_SECRET_ACCESS_KEY`, `api-key`, `githubToken2` → lower-case words without numbers. */
const wordsOf = (name: string): string[] =>
  name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== '');
