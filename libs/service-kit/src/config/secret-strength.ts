/** Fewest characters of a secret that stands alone. */
const LEAST_SECRET = 32;
/** Fewest characters of a password within an address: databases set their own rules, and guessing takes a connection each. */
const LEAST_PASSWORD = 12;
/** Fewest different characters; 32 random hexadecimal digits have about fourteen. */
const LEAST_VARIETY = 8;
/** Longest part of a secret that may count up or down, as `0123456789` does. */
const LONGEST_RUN = 8;

/** What stands in documents, templates and tutorials where a secret belongs. Long enough not to turn up in a random one. */
const EXAMPLES = [
  'changeme',
  'change-me',
  'change_me',
  'replaceme',
  'replace-me',
  'replace_me',
  'placeholder',
  'your-secret',
  'your_secret',
  'yoursecret',
  'your-super-secret',
  'super-secret',
  'supersecret',
  'topsecret',
  'top-secret',
  'not-a-secret',
  'mysecret',
  'my-secret',
  'password',
  'passw0rd',
  'letmein',
  'example',
  'insecure',
  'development',
  'a secret of 32 characters',
];

/** Private keys that RFC 8032, section 7.1, prints: the last 32 bytes of their PKCS8 form, base64url. */
const PUBLISHED_KEYS = [
  '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
  '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
  'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
];
/** What every Ed25519 private key begins with in PKCS8. */
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

/**
 * What makes a secret guessable, as the end of the sentence "it …"; `undefined` when nothing does. Of an address only the password
 * counts, if it has one.
 */
export function weaknessOf(secret: string): string | undefined {
  const url = /^[a-z][a-z+]*:\/\//.test(secret) ? passwordIn(secret) : null;
  if (url === null) return keyWeakness(secret) ?? textWeakness(secret, LEAST_SECRET);
  if (url === '') return undefined;
  const weakness = textWeakness(url, LEAST_PASSWORD);
  return weakness && `has a password that ${weakness}`;
}

/** By hand: addresses with several hosts are no URLs to Node. */
function passwordIn(address: string): string {
  const password = /^[a-z][a-z+]*:\/\/[^/?#]*?:([^/?#]*)@/.exec(address)?.[1] ?? '';
  try {
    return decodeURIComponent(password);
  } catch {
    return password;
  }
}

function textWeakness(text: string, least: number): string | undefined {
  const plain = text.toLowerCase();
  const example = EXAMPLES.find((each) => plain.includes(each));
  if (example) return `holds \`${example}\`, as examples do`;
  if (text.length < least) return `is too short: ${least} characters are the least`;
  if (/^(.+?)\1+$/s.test(text)) return 'repeats itself';
  if (new Set(text).size < LEAST_VARIETY) return 'has few different characters';
  if (longestRun(plain) > LONGEST_RUN) return 'counts up or down';
  return undefined;
}

/** Length of the longest part in which each character is the next after, or before, the last. */
function longestRun(text: string): number {
  let longest = 1;
  let run = 1;
  let direction = 0;
  for (let at = 1; at < text.length; at += 1) {
    const step = text.charCodeAt(at) - text.charCodeAt(at - 1);
    const goesOn = Math.abs(step) === 1 && (run === 1 || step === direction);
    run = goesOn ? run + 1 : 1;
    direction = step;
    longest = Math.max(longest, run);
  }
  return longest;
}

/** An Ed25519 key's text begins the same for all keys, so that its own 32 bytes are looked at. */
function keyWeakness(text: string): string | undefined {
  const bytes = Buffer.from(text, 'base64url');
  if (!bytes.subarray(0, PKCS8_ED25519.length).equals(PKCS8_ED25519)) return undefined;
  const seed = bytes.subarray(PKCS8_ED25519.length);
  if (PUBLISHED_KEYS.includes(seed.toString('hex'))) return 'is a key that RFC 8032 prints';
  return new Set(seed).size < LEAST_VARIETY ? 'is a key made of few different bytes' : undefined;
}
