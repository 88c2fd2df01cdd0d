import { Injectable } from '@nestjs/common';
import { auditEntry, OutboxPublisher, requireRole } from '@agion/service-kit';
import { ownerOf, type Principal, type Role, type Scope } from '@agion/wire';
import { v7 as uuidv7 } from 'uuid';
import { ControlPublisher } from '../credentials/control.publisher.js';
import { CredentialsService, type IssuedToken, type TokenRequest } from '../credentials/credentials.service.js';
import { effectiveScopes, grantedScopes, requireReachesRole } from '../credentials/granted-scopes.js';
import { mintToken } from '../credentials/token.js';
import type { ServiceAccount } from './service-account.js';
import { AccountNotFoundError } from './service-accounts.errors.js';
import { ServiceAccountsStore } from './service-accounts.store.js';

export interface AccountRequest {
  name: string;
  role: Role;
  scopes: readonly Scope[] | null;
  /** Seconds its first token lives; null: without end. */
  lifetimeSeconds: number | null;
}

export interface AccountPage {
  accounts: ServiceAccount[];
  /** The name after which the next page begins; null: there is none. */
  next: string | null;
}

/** Accounts of a user's own programs: made, listed and deleted by operators, who give them no more than they have. */
@Injectable()
export class ServiceAccountsService {
  constructor(
    private readonly store: ServiceAccountsStore,
    private readonly credentials: CredentialsService,
    private readonly control: ControlPublisher,
    private readonly outbox: OutboxPublisher,
  ) {}

  /** @throws ForbiddenError for more than the caller has, AccountNameTakenError */
  async create(
    caller: Principal,
    { name, role, scopes: asked, lifetimeSeconds }: AccountRequest,
  ): Promise<{ account: ServiceAccount; issued: IssuedToken }> {
    requireRole(caller, 'operator');
    requireReachesRole(caller, role);
    const kind = 'service_account' as const;
    const scopes = grantedScopes(caller, { kind, role }, asked);
    const [id, minted, createdBy] = [uuidv7(), mintToken(kind), ownerOf(caller)];
    const organizationId = caller.organization.id;
    const subject = { kind, id, name };
    const credential = { organizationId, kind, subject: name, role, scopes, minted, lifetimeSeconds, createdBy };
    const { expiresAt, createdAt } = await this.store.create({
      id,
      name,
      role,
      scopes,
      credential,
      callerKeyId: caller.credentialId,
      audit: (ends) => [
        auditEntry({
          type: 'service_account.created',
          actor: caller,
          subject,
          outcome: 'succeeded',
          details: { role, ...(scopes && { scopes }) },
        }),
        auditEntry({
          type: 'token.issued',
          actor: caller,
          subject,
          outcome: 'succeeded',
          details: { key_id: minted.keyId, expires_at: ends },
        }),
      ],
    });
    this.outbox.nudge();
    const { token, keyId } = minted;
    const tokens = [{ keyId, createdAt: createdAt.toISOString(), expiresAt: expiresAt?.toISOString() ?? null }];
    return {
      account: { id, name, role, scopes: scopes && [...scopes], createdBy, createdAt, tokens },
      issued: {
        token,
        keyId,
        kind,
        subject: name,
        scopes: effectiveScopes({ kind, role }, scopes),
        expiresAt,
        replaces: [],
      },
    };
  }

  async list(caller: Principal, after: string | null, limit: number): Promise<AccountPage> {
    requireRole(caller, 'operator');
    const found = await this.store.list(caller.organization.id, after, limit + 1);
    const accounts = found.slice(0, limit);
    return { accounts, next: found.length > limit ? (accounts.at(-1)?.name ?? null) : null };
  }

  /**
   * Its tokens are refused everywhere within two seconds.
   * @param revokeIssued and so is whatever came about by its word, also when the account was deleted before
   * @throws AccountNotFoundError, ForbiddenError for one of a higher role
   */
  async delete(caller: Principal, id: string, revokeIssued: boolean): Promise<void> {
    requireRole(caller, 'operator');
    const account = await this.find(caller, id, revokeIssued);
    requireReachesRole(caller, account.role);
    const revoked = await this.store.delete(caller.organization.id, account, revokeIssued, (keyIds) =>
      auditEntry({
        type: 'service_account.deleted',
        actor: caller,
        subject: { kind: 'service_account', id, name: account.name },
        outcome: 'succeeded',
        details: { revoked: keyIds, revoke_issued: revokeIssued },
      }),
    );
    this.outbox.nudge();
    await this.control.revoked(caller.organization.slug, revoked);
  }

  /** A new token; earlier ones end with the overlap. @throws AccountNotFoundError, ForbiddenError for one that has more than the caller */
  async rotate(caller: Principal, id: string, request: TokenRequest): Promise<IssuedToken> {
    requireRole(caller, 'operator');
    return this.credentials.issueForServiceAccount(caller, await this.find(caller, id), request);
  }

  private async find({ organization }: Principal, id: string, deleted = false): Promise<ServiceAccount> {
    const account = await this.store.find(organization.id, id, deleted);
    if (!account) throw new AccountNotFoundError(id);
    return account;
  }
}
