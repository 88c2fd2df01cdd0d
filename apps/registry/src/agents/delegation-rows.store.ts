import { ValidationFailedError } from '@agion/service-kit';
import type pg from 'pg';
import { DelegationHeldError } from './agents.errors.js';

/** Agents that may stand above one another, each on behalf of the next. */
const MOST_IN_A_CHAIN = 8;

/** From an agent upwards; the last row tells how long the way is. */
const ABOVE = `
WITH RECURSIVE above AS (
  SELECT agent_id, delegated_by, 1 AS depth FROM registry.agents WHERE organization_id = $1 AND agent_id = $2
  UNION ALL
  SELECT agent.agent_id, agent.delegated_by, above.depth + 1
  FROM above JOIN registry.agents agent ON agent.organization_id = $1 AND agent.agent_id = above.delegated_by
  WHERE above.depth <= ${MOST_IN_A_CHAIN})
SELECT agent_id FROM above ORDER BY depth`;

/** How many levels of agents act on behalf of this one. */
const BELOW = `
WITH RECURSIVE below AS (
  SELECT agent_id, 0 AS depth FROM registry.agents WHERE organization_id = $1 AND agent_id = $2
  UNION ALL
  SELECT agent.agent_id, below.depth + 1
  FROM below JOIN registry.agents agent ON agent.organization_id = $1 AND agent.delegated_by = below.agent_id
  WHERE below.depth <= ${MOST_IN_A_CHAIN})
SELECT max(depth)::int AS depth FROM below`;

export interface Delegating {
  organizationId: string;
  agentId: string;
  /** Undefined: as it is. */
  delegatedBy: string | null | undefined;
  /** Whether a delegation that stands may be changed: an agent must not shake off the one that limits it. */
  mayChange: boolean;
}

/**
 * Notes on whose behalf an agent acts, in the transaction of its registration. One at a time in an organization: two that name each
 * other at once would close a circle neither sees.
 * @returns whether anything changed
 * @throws DelegationHeldError; ValidationFailedError for an agent that is unknown, a circle, or a chain that is too long
 */
export async function setDelegation(
  client: pg.PoolClient,
  { organizationId, agentId, delegatedBy, mayChange }: Delegating,
): Promise<boolean> {
  if (delegatedBy === undefined) return false;
  const before = await delegationOf(client, organizationId, agentId);
  if (before === delegatedBy) return false;
  if (before !== null && !mayChange) throw new DelegationHeldError(agentId, before);
  if (delegatedBy !== null) await requireChain(client, organizationId, agentId, delegatedBy);
  await client.query({
    text: 'UPDATE registry.agents SET delegated_by = $3 WHERE organization_id = $1 AND agent_id = $2',
    values: [organizationId, agentId, delegatedBy],
  });
  return true;
}

async function delegationOf(client: pg.PoolClient, organizationId: string, agentId: string): Promise<string | null> {
  const { rows } = await client.query<{ delegated_by: string | null }>({
    text: 'SELECT delegated_by FROM registry.agents WHERE organization_id = $1 AND agent_id = $2',
    values: [organizationId, agentId],
  });
  return rows[0]?.delegated_by ?? null;
}

async function requireChain(
  client: pg.PoolClient,
  organizationId: string,
  agentId: string,
  delegatedBy: string,
): Promise<void> {
  await client.query({
    text: "SELECT pg_advisory_xact_lock(hashtextextended('delegation ' || $1::text, 0))",
    values: [organizationId],
  });
  const { rows: above } = await client.query<{ agent_id: string }>({
    text: ABOVE,
    values: [organizationId, delegatedBy],
  });
  if (above.length === 0) throw refused(`there is no agent \`${delegatedBy}\``);
  if (above.some(({ agent_id: id }) => id === agentId))
    throw refused(`must not be an agent that acts on behalf of \`${agentId}\` itself`);
  const { rows: below } = await client.query<{ depth: number }>({ text: BELOW, values: [organizationId, agentId] });
  if (above.length + (below[0]?.depth ?? 0) > MOST_IN_A_CHAIN)
    throw refused(`must leave at most ${MOST_IN_A_CHAIN} agents above one another`);
}

const refused = (detail: string): ValidationFailedError =>
  new ValidationFailedError([{ pointer: '/delegated_by', detail }]);
