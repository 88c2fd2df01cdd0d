import { Injectable } from '@nestjs/common';
import {
  auditEntry,
  ForbiddenError,
  requireSpeaksFor,
  UnauthenticatedError,
  OutboxPublisher,
} from '@agion/service-kit';
import { containerOf, hasRole, ownerOf, parseToken, type Principal } from '@agion/wire';
import { ControlPublisher } from './control.publisher.js';
import { CredentialsStore, type KnownCredential } from './credentials.store.js';
import { mintToken, secretMatches } from './token.js';

/** Seconds the old token of a holder who asks for a new one stays valid. */
const HOLDERS_OVERLAP_SECONDS = 3_600;

export interface TokenRequest {
  lifetimeSeconds: number | null;
  /** null: the caller did not say. */
  overlapSeconds: number | null;
}

export interface IssuedToken {
  token: string;
  keyId: string;
  kind: 'agent' | 'container';
  subject: string;
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
    return this.issue(caller, 'agent', agentId, request);
  }

  issueForContainer(caller: Principal, containerId: string, request: TokenRequest): Promise<IssuedToken> {
    const holds = caller.kind === 'container' && caller.containerId === containerId;
    if (!holds && !hasRole(caller, 'operator'))
      throw new ForbiddenError(`these credentials do not speak for the container \`${containerId}\``);
    return this.issue(caller, 'container', containerId, request);
  }

  /** @throws UnauthenticatedError for a token that is damaged, unknown, wrong, expired or revoked: which, it does not say */
  async verify(token: string): Promise<VerifiedCredential> {
    const parts = parseToken(token);
    const known = parts ? await this.store.find(parts.keyId) : undefined;
    const valid = parts && known && known.kind === parts.kind && secretMatches(parts.secret, known.secretHash);
    if (!valid || !known.living) throw new UnauthenticatedError('the token is not valid');
    return { principal: principalOf(known, parts.keyId), expiresAt: known.expiresAt };
  }

  private async issue(
    caller: Principal,
    kind: 'agent' | 'container',
    subject: string,
    { lifetimeSeconds, overlapSeconds }: TokenRequest,
  ): Promise<IssuedToken> {
    const byOperator = hasRole(caller, 'operator');
    const minted = mintToken(kind);
    const issued = await this.store.issue({
      organizationId: caller.organization.id,
      kind,
      subject,
      role: null,
      minted,
      lifetimeSeconds,
      overlapSeconds: overlapSeconds ?? (byOperator ? null : HOLDERS_OVERLAP_SECONDS),
      holderKeyId: byOperator ? null : (caller.credentialId ?? null),
      createdBy: ownerOf(caller),
      audit: ({ expiresAt, replaces }) =>
        auditEntry({
          type: replaces.length > 0 ? 'token.rotated' : 'token.issued',
          actor: caller,
          subject: { kind, id: subject },
          outcome: 'succeeded',
          details: { key_id: minted.keyId, expires_at: expiresAt, replaces },
        }),
    });
    this.outbox.nudge();
    if (overlapSeconds === 0) await this.control.revoked(caller.organization.slug, issued.replaces);
    return { token: minted.token, keyId: minted.keyId, kind, subject, ...issued };
  }
}

function principalOf(credential: KnownCredential, keyId: string): Principal {
  const { kind, subject, role, organizationId, slug } = credential;
  const organization = { id: organizationId, slug };
  const common = { kind, subject, organization, role, groups: [], credentialId: keyId };
  if (kind === 'container') return { ...common, containerId: subject };
  if (kind === 'service_account') return common;
  const containerId = containerOf(subject);
  return { ...common, agentId: subject, ...(containerId !== null && { containerId }) };
}
