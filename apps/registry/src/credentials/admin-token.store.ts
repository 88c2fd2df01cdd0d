import { createPool, OrganizationScope, Outbox, roleOf, WorkerPool } from '@agion/database';
import { auditEntry } from '@agion/service-kit';
import { DEFAULT_ORGANIZATION, type Principal } from '@agion/wire';
import { insertCredential, revokeCredentials } from './credential-rows.store.js';
import { v7 as uuidv7 } from 'uuid';
import type { MintedToken } from './token.js';

const ACCOUNT = 'admin';

const OPERATIONS: Principal = {
  kind: 'service',
  subject: 'operations',
  organization: DEFAULT_ORGANIZATION,
  role: null,
  groups: [],
};

/** Makes a token the administrator's only one, over a connection of its own: the registry need not run. @returns key ids revoked */
export async function storeAdminToken(databaseUrl: string, minted: MintedToken): Promise<string[]> {
  const pool = createPool({ url: databaseUrl, role: roleOf('registry'), max: 1 });
  const outbox = new Outbox('registry', new WorkerPool(pool));
  try {
    return await new OrganizationScope(pool).transaction(DEFAULT_ORGANIZATION.id, async (client) => {
      // Two calls at once must not leave two living tokens.
      await client.query("SELECT pg_advisory_xact_lock(hashtext('agion admin token'))");
      await client.query({
        text: `INSERT INTO registry.service_accounts (organization_id, id, name, role, created_by)
          VALUES ($1, $2, $3, 'admin', 'service:operations')
          ON CONFLICT (organization_id, name) DO UPDATE SET role = 'admin', scopes = NULL, deleted_at = NULL`,
        values: [DEFAULT_ORGANIZATION.id, uuidv7(), ACCOUNT],
      });
      const revoked = await revokeCredentials(client, 'service_account', ACCOUNT);
      await insertCredential(client, {
        organizationId: DEFAULT_ORGANIZATION.id,
        kind: 'service_account',
        subject: ACCOUNT,
        role: 'admin',
        scopes: null,
        minted,
        lifetimeSeconds: null,
        createdBy: 'service:operations',
      });
      const entry = auditEntry({
        type: revoked.length > 0 ? 'token.rotated' : 'token.issued',
        actor: OPERATIONS,
        subject: { kind: 'service_account', id: ACCOUNT },
        outcome: 'succeeded',
        details: { key_id: minted.keyId, replaces: revoked },
      });
      await outbox.append(client, entry);
      return revoked;
    });
  } finally {
    await pool.end();
  }
}
