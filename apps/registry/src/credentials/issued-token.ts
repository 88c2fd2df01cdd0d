import type { IssuedTokenDto } from '@agion/dto';
import type { IssuedToken } from './credentials.service.js';

/** As its holder is shown it, once. */
export const toIssuedTokenDto = (issued: IssuedToken): IssuedTokenDto => ({
  token: issued.token,
  key_id: issued.keyId,
  kind: issued.kind,
  subject: issued.subject,
  scopes: issued.scopes,
  expires_at: issued.expiresAt?.toISOString() ?? null,
  replaces: issued.replaces,
});
