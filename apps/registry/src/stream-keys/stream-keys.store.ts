import { OrganizationScope, Outbox } from '@agion/database';
import { Injectable } from '@nestjs/common';
import type { AuditEntry, StreamKeyState } from '@agion/service-kit';
import { AgentNotFoundError, AgentRetiredError } from '../agents/agents.errors.js';

interface KeyRow extends StreamKeyState {
  retired: boolean;
}

const COLUMNS = `stream_key_generation AS generation, previous_stream_key_until AS "previousUntil",
  retired_at IS NOT NULL AS retired`;

/** Which stream keys of agents count: the keys themselves are stored nowhere. */
@Injectable()
export class StreamKeysStore {
  constructor(
    private readonly scope: OrganizationScope,
    private readonly outbox: Outbox,
  ) {}

  /** @throws AgentNotFoundError, AgentRetiredError */
  async find(organizationId: string, agentId: string): Promise<StreamKeyState> {
    const [row] = await this.scope.query<KeyRow>(organizationId, {
      name: 'stream_key',
      text: `SELECT ${COLUMNS} FROM registry.agents WHERE agent_id = $1`,
      values: [agentId],
    });
    return living(row, agentId);
  }

  /** As `find`, with a fact in the same transaction. @throws as `find` does */
  show(organizationId: string, agentId: string, audit: (state: StreamKeyState) => AuditEntry): Promise<StreamKeyState> {
    return this.scope.transaction(organizationId, async (client) => {
      const { rows } = await client.query<KeyRow>({
        text: `SELECT ${COLUMNS} FROM registry.agents WHERE agent_id = $1`,
        values: [agentId],
      });
      const state = living(rows[0], agentId);
      await this.outbox.append(client, audit(state));
      return state;
    });
  }

  /** Makes the next key count, and the one until now for so many seconds more. @throws AgentNotFoundError, AgentRetiredError */
  rotate(
    organizationId: string,
    agentId: string,
    overlapSeconds: number,
    audit: (state: StreamKeyState) => AuditEntry,
  ): Promise<StreamKeyState> {
    return this.scope.transaction(organizationId, async (client) => {
      const { rows } = await client.query<KeyRow>({
        text: `UPDATE registry.agents
          SET stream_key_generation = stream_key_generation + 1, updated_at = now(),
            previous_stream_key_until = now() + $2 * interval '1 second'
          WHERE agent_id = $1 AND retired_at IS NULL RETURNING ${COLUMNS}`,
        values: [agentId, overlapSeconds],
      });
      if (!rows[0]) {
        const { rows: found } = await client.query({
          text: 'SELECT 1 FROM registry.agents WHERE agent_id = $1',
          values: [agentId],
        });
        throw found.length > 0 ? new AgentRetiredError(agentId) : new AgentNotFoundError(agentId);
      }
      await this.outbox.append(client, audit(rows[0]));
      return rows[0];
    });
  }
}

function living(row: KeyRow | undefined, agentId: string): StreamKeyState {
  if (!row) throw new AgentNotFoundError(agentId);
  if (row.retired) throw new AgentRetiredError(agentId);
  return row;
}
