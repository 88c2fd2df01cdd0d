import { OrganizationScope, Outbox, WorkerPool } from '@agion/database';
import { Injectable } from '@nestjs/common';
import type { AuditEntry } from '@agion/service-kit';
import type { Role, TokenKind } from '@agion/wire';
import type pg from 'pg';
import { AgentNotFoundError, AgentRetiredError } from '../agents/agents.errors.js';
import { insertCredential, limitCredentials, type NewCredential } from './credential-rows.store.js';

export interface Issue extends NewCredential {
  /** Seconds after which the subject's other credentials end; null leaves them alone. */
  overlapSeconds: number | null;
  /** Key id of the credential that asks for its successor: the new one lives no longer than that one was meant to. */
  holderKeyId: string | null;
  audit: (issued: Issued) => AuditEntry;
}

export interface Issued {
  expiresAt: Date | null;
  /** Key ids that now end with the overlap. */
  replaces: string[];
}

/** A credential as it stands when somebody shows its token. */
export interface KnownCredential {
  kind: TokenKind;
  subject: string;
  role: Role | null;
  secretHash: Buffer;
  expiresAt: Date | null;
  /** Neither expired nor revoked, and its agent is not retired. */
  living: boolean;
  organizationId: string;
  slug: string;
}

@Injectable()
export class CredentialsStore {
  constructor(
    private readonly scope: OrganizationScope,
    private readonly worker: WorkerPool,
    private readonly outbox: Outbox,
  ) {}

  /** Adds a credential, limits those before it and records both. @throws AgentNotFoundError, AgentRetiredError */
  issue({ audit, overlapSeconds, holderKeyId, ...credential }: Issue): Promise<Issued> {
    const { organizationId, kind, subject } = credential;
    return this.scope.transaction(organizationId, async (client) => {
      if (kind === 'agent') await requireLivingAgent(client, subject);
      const longest = holderKeyId === null ? null : await lifetimeOf(client, holderKeyId);
      const lifetimeSeconds = shorter(credential.lifetimeSeconds, longest);
      const replaces = overlapSeconds === null ? [] : await limitCredentials(client, kind, subject, overlapSeconds);
      const expiresAt = await insertCredential(client, { ...credential, lifetimeSeconds });
      const issued = { expiresAt, replaces };
      await this.outbox.append(client, audit(issued));
      return issued;
    });
  }

  /** Before anybody is authenticated: across organizations, by key id alone. */
  async find(keyId: string): Promise<KnownCredential | undefined> {
    const [known] = await this.worker.query<KnownCredential & pg.QueryResultRow>({
      name: 'credential_by_key_id',
      text: `SELECT credential.kind::text AS kind, credential.subject, credential.role, credential.secret_hash AS "secretHash",
          credential.expires_at AS "expiresAt", credential.organization_id AS "organizationId", organization.slug,
          credential.revoked_at IS NULL AND (credential.expires_at IS NULL OR credential.expires_at > now())
            AND agent.retired_at IS NULL AS living
        FROM registry.credentials credential
        JOIN registry.organizations organization USING (organization_id)
        LEFT JOIN registry.agents agent ON credential.kind = 'agent'
          AND agent.organization_id = credential.organization_id AND agent.agent_id = credential.subject
        WHERE credential.key_id = $1`,
      values: [keyId],
    });
    return known;
  }
}

async function requireLivingAgent(client: pg.PoolClient, agentId: string): Promise<void> {
  const { rows } = await client.query<{ retired_at: Date | null }>({
    text: 'SELECT retired_at FROM registry.agents WHERE agent_id = $1 FOR SHARE',
    values: [agentId],
  });
  if (!rows[0]) throw new AgentNotFoundError(agentId);
  if (rows[0].retired_at) throw new AgentRetiredError(agentId);
}

/** Seconds from its making to its end: one that is about to be replaced cannot have a longer-lived successor made. */
async function lifetimeOf(client: pg.PoolClient, keyId: string): Promise<number | null> {
  const { rows } = await client.query<{ seconds: number | null }>({
    text: 'SELECT extract(epoch FROM expires_at - created_at)::float8 AS seconds FROM registry.credentials WHERE key_id = $1',
    values: [keyId],
  });
  return rows[0]?.seconds ?? null;
}

const shorter = (asked: number | null, longest: number | null): number | null =>
  asked === null || longest === null ? (asked ?? longest) : Math.min(asked, longest);
