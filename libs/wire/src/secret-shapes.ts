/** What looks like a secret wherever it stands, and what is left of it. Each is linear in the text it is held against. */
const SECRETS: readonly [RegExp, string][] = [
  [/agion_(agt|ctr|svc|enr)_([a-z2-7]{16})_[A-Za-z0-9_-]{43}_[0-9a-f]{8}/g, 'agion_$1_$2_[redacted]'],
  [/agion_(stk|tkt)_[A-Za-z0-9_-]{43}/g, 'agion_$1_[redacted]'],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*/g, '[redacted jwt]'],
  [/\b(bearer) +[A-Za-z0-9._~+/-]{8,}=*/gi, '$1 [redacted]'],
  [/(\w:\/\/[^\s/:@"]*):[^\s/@"]+@/g, '$1:[redacted]@'],
  [
    /-----BEGIN ([A-Z ]{0,20}PRIVATE KEY)-----(?:[A-Za-z0-9+/=\s]|\\+[nrt])*(?:-----END [A-Z ]{0,20}PRIVATE KEY-----)?/g,
    '[redacted $1]',
  ],
  [/\b(gh[opsur]_|github_pat_|glpat-|xox[abeprs]-|sk-(?:ant-|proj-)?|[rs]k_live_)[A-Za-z0-9_-]{16,}/g, '$1[redacted]'],
  [/\b(AKIA|ASIA)[0-9A-Z]{16}\b/g, '$1[redacted]'],
  [/\bAIza[A-Za-z0-9_-]{35}/g, 'AIza[redacted]'],
];

/** Cheap looks first, since most texts hold nothing of it. Apart: many alternatives together, or any case, take six times as long. */
const SUSPICIOUS: readonly RegExp[] = [
  /agion_|eyJ|earer|EARER|:\/\//,
  /PRIVATE KEY|AKIA|ASIA|AIza/,
  /gh[opsur]_|b_pat_|glpat-|xox[abeprs]-|sk-|k_live_/,
];

/**
 * Cuts out what looks like a secret: credentials of the platform, JWTs, bearer headers, passwords in URLs, private keys in PEM, and
 * tokens whose makers gave them a shape (GitHub, GitLab, Slack, OpenAI, Anthropic, Stripe, AWS, Google). JSON stays JSON: nothing of
 * its own is matched but whole escapes.
 */
export function withoutSecrets(text: string): string {
  if (!SUSPICIOUS.some((look) => look.test(text))) return text;
  return SECRETS.reduce((left, [pattern, by]) => left.replace(pattern, by), text);
}
