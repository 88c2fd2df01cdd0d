/** `agion_<kind>_<key id>_<secret>_<checksum>`: the prefix lets scanners find leaks, the checksum refuses typos without a look-up. */
export const TOKEN_KINDS = { agent: 'agt', container: 'ctr', service_account: 'svc', enrollment: 'enr' } as const;

export type TokenKind = keyof typeof TOKEN_KINDS;
/** Whom a token lets in. One of an enrollment lets nobody in: it is exchanged, once, for a container's. */
export type CredentialKind = Exclude<TokenKind, 'enrollment'>;

/** Key id: 16 characters a–z2–7; secret: 43 characters base64url; checksum: CRC-32 as 8 hex digits. */
export const TOKEN_PATTERN = /^agion_(agt|ctr|svc|enr)_([a-z2-7]{16})_([A-Za-z0-9_-]{43})_([0-9a-f]{8})$/;

/** True for anything that claims to be one of ours, also when it is damaged. */
export const looksLikeToken = (value: string): boolean => value.startsWith('agion_');

/** CRC-32 (IEEE 802.3), as zlib computes it. Written out because this library may not touch Node. */
export function crc32(text: string): string {
  let crc = 0xffffffff;
  for (let i = 0; i < text.length; i++) {
    crc ^= text.charCodeAt(i);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ((crc ^ 0xffffffff) >>> 0).toString(16).padStart(8, '0');
}

export interface TokenParts {
  kind: TokenKind;
  keyId: string;
  secret: string;
}

/** The parts of a well-formed token, or `null` when it is not one. Says nothing about whether it is valid. */
export function parseToken(token: string): TokenParts | null {
  const match = TOKEN_PATTERN.exec(token);
  if (!match) return null;
  const [, code, keyId, secret, checksum] = match as unknown as [string, string, string, string, string];
  if (crc32(token.slice(0, token.lastIndexOf('_'))) !== checksum) return null;
  const kind = (Object.keys(TOKEN_KINDS) as TokenKind[]).find((name) => TOKEN_KINDS[name] === code);
  return kind ? { kind, keyId, secret } : null;
}

export function formatToken({ kind, keyId, secret }: TokenParts): string {
  const body = `agion_${TOKEN_KINDS[kind]}_${keyId}_${secret}`;
  return `${body}_${crc32(body)}`;
}
