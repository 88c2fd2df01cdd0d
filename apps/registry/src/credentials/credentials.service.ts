import { Injectable } from '@nestjs/common';
import {
  auditEntry,
  ForbiddenError,
  requireRole,
  requireSpeaksFor,
  UnauthenticatedError,
  OutboxPublisher,
} from '@agion/service-kit';
import {
  containerOf,
  type CredentialKind,
  hasRole,
  ownerOf,
  parseToken,
  type Principal,
  type Role,
  type Scope,
} from '@agion/wire';
import type { ServiceAccount } from '../service-accounts/service-account.js';
import { ControlPublisher } from './control.publisher.js';
import { CredentialsStore, type KnownCredential } from './credentials.store.js';
import { effectiveScopes, grantedScopes, requireReachesRole, requireReachesScopes } from './granted-scopes.js';
import { mintToken, secretMatches } from './token.js';

/** Seconds the old token of a holder who asks for a new one, and of a service account, stays valid. */
const OVERLAP_SECONDS = 3_600;

export interface TokenRequest {
  lifetimeSeconds: number | null;
  /** null: the caller did not say. */
  overlapSeconds: number | null;
  /** null: the usual ones, as far as the caller has them. */
  scopes: readonly Scope[] | null;
}

/** Whom a token is for, and the most it may be used for. */
export interface TokenHolder {
  kind: CredentialKind;
  subject: string;
  role: Role | null;
}

export interface IssuedToken {
  token: string;
  keyId: string;
  kind: CredentialKind;
  subject: string;
  scopes: Scope[];
  expiresAt: Date | null;
  replaces: string[];
}

export interface VerifiedCredential {
  principal: Principal;
  expiresAt: Date | null;
}

@Injectable()
export class CredentialsService {
  constructor(
    private readonly store: CredentialsStore,
    private readonly outbox: OutboxPublisher,
    private readonly control: ControlPublisher,
  ) {}

  issueForAgent(caller: Principal, agentId: string, request: TokenRequest): Promise<IssuedToken> {
    requireSpeaksFor(caller, agentId);
    return this.issue(caller, { kind: 'agent', subject: agentId, role: null }, request);
  }

  issueForContainer(caller: Principal, containerId: string, request: TokenRequest): Promise<IssuedToken> {
    const holds = caller.kind === 'container' && caller.containerId === containerId;
    if (!holds && !hasRole(caller, 'operator'))
      throw new ForbiddenError(`these credentials do not speak for the container \`${containerId}\``);
    return this.issue(caller, { kind: 'container', subject: containerId, role: null }, request);
  }

  /** @throws UnauthenticatedError for a token that is damaged, unknown, wrong, expired or revoked: which, it does not say */
  async verify(token: string): Promise<VerifiedCredential> {
    const parts = parseToken(token);
    const known = parts ? await this.store.find(parts.keyId) : undefined;
    const valid = parts && known && known.kind === parts.kind && secretMatches(parts.secret, known.secretHash);
    if (!valid || !known.living) throw new UnauthenticatedError('the token is not valid');
    return { principal: principalOf(known, parts.keyId), expiresAt: known.expiresAt };
  }

  /** A new token of an account that the caller may have made himself; earlier ones end after an hour unless he says otherwise. */
  issueForServiceAccount(caller: Principal, account: ServiceAccount, request: TokenRequest): Promise<IssuedToken> {
    requireRole(caller, 'operator');
    const holder = { kind: 'service_account', subject: account.name, role: account.role } as const;
    requireReachesRole(caller, account.role);
    requireReachesScopes(caller, holder, account.scopes);
    const overlapSeconds = request.overlapSeconds ?? OVERLAP_SECONDS;
    return this.issue(caller, holder, { ...request, overlapSeconds }, account.scopes);
  }

  /** Those of these key ids whose credentials are not valid, or not there, any more. */
  async ended(keyIds: readonly string[]): Promise<string[]> {
    const living = await this.store.living(keyIds);
    return keyIds.filter((keyId) => !living.has(keyId));
  }

  private async issue(
    caller: Principal,
    holder: TokenHolder,
    { lifetimeSeconds, overlapSeconds, scopes: asked }: TokenRequest,
    granted = grantedScopes(caller, holder, asked),
  ): Promise<IssuedToken> {
    const { kind, subject, role } = holder;
    const byOperator = hasRole(caller, 'operator');
    const renews = !byOperator || (caller.kind === kind && caller.subject === subject);
    const minted = mintToken(kind);
    const issued = await this.store.issue({
      organizationId: caller.organization.id,
      kind,
      subject,
      role,
      scopes: granted,
      minted,
      lifetimeSeconds,
      overlapSeconds: overlapSeconds ?? (byOperator ? null : OVERLAP_SECONDS),
      callerKeyId: caller.credentialId,
      renews,
      createdBy: ownerOf(caller),
      audit: ({ expiresAt, replaces }) =>
        auditEntry({
          type: replaces.length > 0 ? 'token.rotated' : 'token.issued',
          actor: caller,
          subject: { kind, id: subject },
          outcome: 'succeeded',
          details: { key_id: minted.keyId, expires_at: expiresAt, replaces, ...(granted && { scopes: granted }) },
        }),
    });
    this.outbox.nudge();
    if (overlapSeconds === 0) await this.control.revoked(caller.organization.slug, issued.replaces);
    return {
      token: minted.token,
      keyId: minted.keyId,
      kind,
      subject,
      scopes: effectiveScopes(holder, granted),
      ...issued,
    };
  }
}

function principalOf(credential: KnownCredential, keyId: string): Principal {
  const { kind, subject, role, scopes, organizationId, slug } = credential;
  const organization = { id: organizationId, slug };
  const common = { kind, subject, organization, role, groups: [], credentialId: keyId, ...(scopes && { scopes }) };
  if (kind === 'container') return { ...common, containerId: subject };
  if (kind === 'service_account') return common;
  const containerId = containerOf(subject);
  return { ...common, agentId: subject, ...(containerId !== null && { containerId }) };
}
