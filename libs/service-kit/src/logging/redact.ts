const SECRETS: readonly [RegExp, string][] = [
  [/agion_(agt|ctr|svc|enr)_([a-z2-7]{16})_[A-Za-z0-9_-]{43}_[0-9a-f]{8}/g, 'agion_$1_$2_[redacted]'],
  [/agion_stk_[A-Za-z0-9_-]{43}/g, 'agion_stk_[redacted]'],
  [/agion_tkt_[A-Za-z0-9_-]{43}/g, 'agion_tkt_[redacted]'],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*/g, '[redacted jwt]'],
  [/\b([Bb]earer) +[A-Za-z0-9._~+/-]{8,}=*/g, '$1 [redacted]'],
  [/(\w:\/\/[^\s/:@"]*):[^\s/@"]+@/g, '$1:[redacted]@'],
];

/** One cheap look first: most lines hold nothing that needs four passes. */
const SUSPICIOUS = /agion_|eyJ|earer|:\/\//;

/** Cuts out anything that looks like a credential of ours, a JWT, a bearer header or a password in a URL. */
export function redactSecrets(line: string): string {
  if (!SUSPICIOUS.test(line)) return line;
  return SECRETS.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), line);
}
