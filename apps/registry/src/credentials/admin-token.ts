import { openAnnouncer } from './admin-token.publisher.js';
import { storeAdminToken } from './admin-token.store.js';
import { mintToken } from './token.js';

/**
 * Makes a new token for the service account `admin` of the default organization and revokes the one before it everywhere.
 * Used by the local launcher and by `npm run admin-token`; nothing changes when Redis or Postgres does not answer.
 * @returns the token, which is shown to nobody else
 */
export async function replaceAdminToken(databaseUrl: string, redisUrl: string): Promise<string> {
  const minted = mintToken('service_account');
  const announcer = await openAnnouncer(redisUrl);
  try {
    const revoked = await storeAdminToken(databaseUrl, minted);
    if (revoked.length > 0) await announcer.revoked(revoked);
  } finally {
    announcer.close();
  }
  return minted.token;
}
