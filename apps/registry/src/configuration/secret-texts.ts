/** Names of parameters in queries and connection strings. */
const PARAMETERS =
  'password|passwd|pwd|passphrase|secret|client[_-]?secret|api[_-]?key|access[_-]?key|private[_-]?key|token|(?:access|auth|api|refresh)[_-]?token';

/**
 * What credentials look like, in words and as a pattern. Every pattern begins where no word goes on, so that a long text is
 * read once.
 */
const LOOKS: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['an Agion token', /(?<![\w-])agion_(?:agt|ctr|svc|enr)_[a-z2-7]{16}_/],
  ['a JSON Web Token', /(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/],
  ['a private key', /-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY/],
  ['an API key', /(?<![\w-])[sr]k-(?=[\w-]*\d)[\w-]{20,}/],
  ['an API key', /(?<![\w-])[sr]k_(?:live|test)_\w{10,}/],
  ['an API key', /(?<![\w-])(?:AKIA|ASIA)[A-Z0-9]{16}(?![\w-])/],
  ['an API key', /(?<![\w-])AIza[\w-]{30,}/],
  ['an access token', /(?<![\w-])(?:gh[oprsu]_|github_pat_|glpat-|hf_|xox[abeprs]-)[\w-]{16,}/],
  ['an access token', /(?<![\w-])bearer [\w.~+/=-]{20,}/i],
  ['a URL with a password', /(?<![a-z0-9+.-])[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:[^\s/@]+@/i],
  ['an address with a secret', new RegExp(`(?:^|[?&;\\s])(?:${PARAMETERS})=(?![{$<]|%7b)[^\\s&;]`, 'i')],
];

/** What credential a text holds, in words; undefined when it looks like none. */
export const secretIn = (text: string): string | undefined => LOOKS.find(([, pattern]) => pattern.test(text))?.[0];
