import { Injectable } from '@nestjs/common';
import { auditEntry, OutboxPublisher, requireRole, UnauthenticatedError } from '@agion/service-kit';
import { ownerOf, parseToken, type Principal, type Scope } from '@agion/wire';
import type { IssuedToken } from '../credentials/credentials.service.js';
import { effectiveScopes, grantedScopes, type Holder } from '../credentials/granted-scopes.js';
import { mintToken, secretMatches } from '../credentials/token.js';
import { EnrollmentsStore } from './enrollments.store.js';

export interface EnrollmentRequest {
  containerId: string;
  /** Seconds it may be exchanged. */
  lifetimeSeconds: number;
  /** null: the usual ones, as far as the caller has them. */
  scopes: readonly Scope[] | null;
}

export interface IssuedEnrollment {
  token: string;
  keyId: string;
  containerId: string;
  scopes: Scope[];
  expiresAt: Date;
}

const CONTAINER: Holder = { kind: 'container', role: null };

/** One-time tokens, so that what is written into a manifest or a shell's history lets nobody in for long. */
@Injectable()
export class EnrollmentsService {
  constructor(
    private readonly store: EnrollmentsStore,
    private readonly outbox: OutboxPublisher,
  ) {}

  /** @throws ForbiddenError for more than the caller has */
  async create(
    caller: Principal,
    { containerId, lifetimeSeconds, scopes: asked }: EnrollmentRequest,
  ): Promise<IssuedEnrollment> {
    requireRole(caller, 'operator');
    const scopes = grantedScopes(caller, CONTAINER, asked);
    const minted = mintToken('enrollment');
    const expiresAt = await this.store.create({
      organizationId: caller.organization.id,
      containerId,
      scopes,
      minted,
      lifetimeSeconds,
      createdBy: ownerOf(caller),
      callerKeyId: caller.credentialId,
      audit: (ends) =>
        auditEntry({
          type: 'enrollment.created',
          actor: caller,
          subject: { kind: 'container', id: containerId },
          outcome: 'succeeded',
          details: { key_id: minted.keyId, expires_at: ends, ...(scopes && { scopes }) },
        }),
    });
    this.outbox.nudge();
    const { token, keyId } = minted;
    return { token, keyId, containerId, scopes: effectiveScopes(CONTAINER, scopes), expiresAt };
  }

  /** Gives the container's token for a one-time one. @throws UnauthenticatedError, the same for every reason */
  async exchange(enrollmentToken: string): Promise<IssuedToken> {
    const parts = parseToken(enrollmentToken);
    const known = parts?.kind === 'enrollment' ? await this.store.find(parts.keyId) : undefined;
    if (!parts || !known || !secretMatches(parts.secret, known.secretHash)) throw refusal();
    const { organization, containerId, scopes, createdBy } = known;
    const minted = mintToken('container');
    const credential = {
      kind: 'container',
      subject: containerId,
      role: null,
      scopes,
      minted,
      lifetimeSeconds: null,
    } as const;
    const actor: Principal = {
      kind: 'container',
      subject: containerId,
      containerId,
      organization,
      role: null,
      groups: [],
    };
    const subject = { kind: 'container', id: containerId };
    const used = await this.store.use(
      parts.keyId,
      { ...credential, organizationId: organization.id, createdBy },
      () => [
        auditEntry({ type: 'enrollment.used', actor, subject, outcome: 'succeeded', details: { key_id: parts.keyId } }),
        auditEntry({ type: 'token.issued', actor, subject, outcome: 'succeeded', details: { key_id: minted.keyId } }),
      ],
    );
    if (!used) throw refusal();
    this.outbox.nudge();
    return {
      token: minted.token,
      keyId: minted.keyId,
      kind: 'container',
      subject: containerId,
      scopes: effectiveScopes(CONTAINER, scopes),
      expiresAt: null,
      replaces: [],
    };
  }
}

const refusal = (): UnauthenticatedError => new UnauthenticatedError('the enrollment token is not valid');
