import { QuotaExceededError } from '@agion/service-kit';
import type pg from 'pg';

/** What the registry keeps that an organization may have a limited number of. */
const COUNTED = {
  agents: {
    living: 'SELECT count(*)::int AS count FROM registry.agents WHERE retired_at IS NULL',
    hint: 'retire agents that are not used: POST /api/v1/agents/{id}/retire',
  },
  service_accounts: {
    living: 'SELECT count(*)::int AS count FROM registry.service_accounts WHERE deleted_at IS NULL',
    hint: 'delete accounts that are not used: DELETE /api/v1/service-accounts/{id}',
  },
} as const;

/**
 * Asked in the transaction that has added one, whose organization is bound. Those who add at the same time wait for each other, so
 * that all of them together stay within the quota. @throws QuotaExceededError, which undoes the transaction
 */
export async function requireWithinQuota(
  client: pg.PoolClient,
  organizationId: string,
  quota: keyof typeof COUNTED,
): Promise<void> {
  const { rows } = await client.query<{ most: number | null }>({
    text: `SELECT (settings -> 'quotas' ->> $2)::int AS most FROM registry.organizations WHERE organization_id = $1`,
    values: [organizationId, quota],
  });
  const most = rows[0]?.most ?? null;
  if (most === null) return;
  const lock = `quota ${organizationId} ${quota}`;
  await client.query({ text: 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', values: [lock] });
  const counted = await client.query<{ count: number }>(COUNTED[quota].living);
  if ((counted.rows[0]?.count ?? 0) > most) throw new QuotaExceededError(quota, most, COUNTED[quota].hint);
}
