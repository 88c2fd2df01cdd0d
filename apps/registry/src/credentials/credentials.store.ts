import { OrganizationScope, Outbox, WorkerPool } from '@agion/database';
import { Injectable } from '@nestjs/common';
import type { AuditEntry } from '@agion/service-kit';
import type { CredentialKind, Role, Scope } from '@agion/wire';
import type pg from 'pg';
import { AgentNotFoundError, AgentRetiredError } from '../agents/agents.errors.js';
import { AccountNotFoundError } from '../service-accounts/service-accounts.errors.js';
import { insertCredential, limitCredentials, type NewCredential } from './credential-rows.store.js';
import { holdCredential, lockHolder } from './holder-rows.store.js';

export interface Issue extends NewCredential {
  /** Seconds after which the subject's other credentials end; null leaves them alone. */
  overlapSeconds: number | null;
  /** Key id of the credential that asks. */
  callerKeyId: string | undefined;
  /**
   * Whether it asks for a successor of its own, or for what is its own to have. The new one lives no longer than that one was meant to
   * and, when that one is being replaced already, not beyond its end; newer ones than it are left alone.
   */
  renews: boolean;
  audit: (issued: Issued) => AuditEntry;
}

export interface Issued {
  expiresAt: Date | null;
  /** Key ids that now end with the overlap. */
  replaces: string[];
}

/** A credential as it stands when somebody shows its token. */
export interface KnownCredential {
  kind: CredentialKind;
  subject: string;
  role: Role | null;
  scopes: Scope[] | null;
  secretHash: Buffer;
  expiresAt: Date | null;
  /** Neither expired nor revoked, its agent not retired, its service account not deleted. */
  living: boolean;
  organizationId: string;
  slug: string;
}

/** Neither expired nor revoked, and whoever holds it is still there. */
const LIVING = `(credential.revoked_at IS NULL OR credential.revoked_at > now())
  AND (credential.expires_at IS NULL OR credential.expires_at > now())
  AND agent.retired_at IS NULL AND account.deleted_at IS NULL`;

const WITH_HOLDER = `registry.credentials credential
  JOIN registry.organizations organization USING (organization_id)
  LEFT JOIN registry.agents agent ON credential.kind = 'agent'
    AND agent.organization_id = credential.organization_id AND agent.agent_id = credential.subject
  LEFT JOIN registry.service_accounts account ON credential.kind = 'service_account'
    AND account.organization_id = credential.organization_id AND account.name = credential.subject`;

@Injectable()
export class CredentialsStore {
  constructor(
    private readonly scope: OrganizationScope,
    private readonly worker: WorkerPool,
    private readonly outbox: Outbox,
  ) {}

  /**
   * Adds a credential, limits those before it and records both; one after the other for each subject.
   * @throws AgentNotFoundError, AgentRetiredError, AccountNotFoundError; UnauthenticatedError when the caller's credential has just ended
   */
  issue({ audit, overlapSeconds, callerKeyId, renews, ...credential }: Issue): Promise<Issued> {
    const { organizationId, kind, subject } = credential;
    return this.scope.transaction(organizationId, async (client) => {
      if (kind === 'agent') await requireLivingAgent(client, subject);
      if (kind === 'service_account') await requireLivingAccount(client, subject);
      await lockSubject(client, credential);
      const asks = renews ? callerKeyId : undefined;
      const holder = asks === undefined ? null : await lockHolder(client, asks, credential);
      if (!holder) await holdCredential(client, callerKeyId);
      const replaces =
        overlapSeconds === null
          ? []
          : await limitCredentials(client, credential, overlapSeconds, holder?.sparesNewer ? (asks ?? null) : null);
      const expiresAt = await insertCredential(client, {
        ...credential,
        lifetimeSeconds: shorter(credential.lifetimeSeconds, holder?.lifetimeSeconds ?? null),
        revokedFrom: holder?.replacedFrom ?? null,
        createdBy: holder?.createdBy ?? credential.createdBy,
      });
      const issued = { expiresAt, replaces };
      await this.outbox.append(client, audit(issued));
      return issued;
    });
  }

  /** Before anybody is authenticated: across organizations, by key id alone. */
  async find(keyId: string): Promise<KnownCredential | undefined> {
    const [known] = await this.worker.query<KnownCredential & pg.QueryResultRow>({
      name: 'credential_by_key_id',
      text: `SELECT credential.kind::text AS kind, credential.subject, credential.role, credential.scopes, credential.secret_hash AS "secretHash",
          least(credential.expires_at, credential.revoked_at) AS "expiresAt", credential.organization_id AS "organizationId", organization.slug,
          ${LIVING} AS living
        FROM ${WITH_HOLDER}
        WHERE credential.key_id = $1`,
      values: [keyId],
    });
    return known;
  }

  /** Those of these key ids whose credentials are valid now. */
  async living(keyIds: readonly string[]): Promise<Set<string>> {
    const rows = await this.worker.query<{ key_id: string }>({
      name: 'credentials_living',
      text: `SELECT key_id FROM ${WITH_HOLDER} WHERE credential.key_id = ANY($1::text[]) AND ${LIVING}`,
      values: [keyIds],
    });
    return new Set(rows.map(({ key_id }) => key_id));
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

async function requireLivingAccount(client: pg.PoolClient, name: string): Promise<void> {
  const { rowCount } = await client.query({
    text: 'SELECT FROM registry.service_accounts WHERE name = $1 AND deleted_at IS NULL FOR SHARE',
    values: [name],
  });
  if (rowCount === 0) throw new AccountNotFoundError(name);
}

async function lockSubject(
  client: pg.PoolClient,
  { organizationId, kind, subject }: Pick<NewCredential, 'organizationId' | 'kind' | 'subject'>,
): Promise<void> {
  const name = `credentials ${organizationId} ${kind} ${subject}`;
  await client.query({ text: 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', values: [name] });
}

const shorter = (asked: number | null, longest: number | null): number | null =>
  asked === null || longest === null ? (asked ?? longest) : Math.min(asked, longest);
