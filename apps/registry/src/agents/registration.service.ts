import { Injectable } from '@nestjs/common';
import {
  auditEntry,
  type AuditEntry,
  ForbiddenError,
  requireSpeaksFor,
  UnauthenticatedError,
  ValidationFailedError,
  OutboxPublisher,
  StreamKeys,
} from '@agion/service-kit';
import { completeAgentId, containerOf, hasRole, hasScope, isAgentId, ownerOf, type Principal } from '@agion/wire';
import { ControlPublisher } from '../credentials/control.publisher.js';
import { grantedScopes } from '../credentials/granted-scopes.js';
import { mintToken, type MintedToken } from '../credentials/token.js';
import type { NewCredential } from '../credentials/credential-rows.store.js';
import { RegistrySettings } from '../registry.config.js';
import { AgentKeysClient } from './agent-keys.client.js';
import type { Agent, AgentDescription } from './agent.js';
import { AgentsStore } from './agents.store.js';
import type { GovernanceWord } from './governance-word.js';

/** Seconds a token lives that was given without asking who wants it: development only. */
const DEVELOPMENT_TOKEN_SECONDS = 12 * 3_600;

export interface Registration {
  agent: Agent;
  /** True for the agent's very first registration. */
  created: boolean;
  token: string | null;
  /** Null for a person who gets no token either, as nobody of them runs the agent, and without the scope `streams:sign`. */
  streamKey: string | null;
  word: GovernanceWord;
}

@Injectable()
export class RegistrationService {
  constructor(
    private readonly store: AgentsStore,
    private readonly agentKeys: AgentKeysClient,
    private readonly outbox: OutboxPublisher,
    private readonly settings: RegistrySettings,
    private readonly streamKeys: StreamKeys,
    private readonly control: ControlPublisher,
  ) {}

  /**
   * Makes an agent known and starts one of its instances; as often as it is asked to.
   * @throws AgentRetiredError, TooManyInstancesError, DelegationHeldError; ForbiddenError when the caller does not speak for the agent or the
   *   container it names
   */
  async register(caller: Principal, described: AgentDescription, instanceId: string): Promise<Registration> {
    const agent = complete(described, caller);
    this.requireMayRegister(caller, agent);
    const { slug, id: organizationId } = caller.organization;
    // Asked first: a token is shown once, so nothing may fail after it was made.
    const word = await this.agentKeys.governanceWord(slug, agent.agentId);
    const minted = mintToken('agent');
    const givesToken = (created: boolean): boolean => caller.kind === 'anonymous' || (created && caller.role !== null);
    const { known, created, changed } = await this.store.register({
      organizationId,
      agent,
      instanceId,
      callerKeyId: caller.credentialId,
      credential: (isNew) => (givesToken(isNew) ? credentialFor(caller, agent.agentId, minted) : null),
      mayDelegateAnew: hasRole(caller, 'operator'),
      audit: (isNew, delegated) =>
        facts(caller, agent, { isNew, delegated, minted: givesToken(isNew) ? minted : null }),
    });
    this.outbox.nudge();
    if (changed) await this.control.agentChanged(slug, agent.agentId);
    await this.agentKeys.alive(slug, agent.agentId);
    const token = givesToken(created) ? minted.token : null;
    const isPerson = caller.kind === 'user' && token === null;
    const streamKey =
      isPerson || !hasScope(caller, 'streams:sign')
        ? null
        : this.streamKeys.of(organizationId, known.agentId, known.streamKeyGeneration);
    return { agent: known, created, token, streamKey, word };
  }

  private requireMayRegister(caller: Principal, { agentId, containerId }: AgentDescription): void {
    if (caller.kind === 'anonymous') {
      if (this.settings.mode === 'development') return;
      throw new UnauthenticatedError(
        'registration needs a token',
        'an operator issues it: POST /api/v1/containers/{id}/tokens',
      );
    }
    requireSpeaksFor(caller, agentId);
    if (caller.kind === 'agent' && containerId !== containerOf(agentId)) {
      throw new ForbiddenError(
        `the token of the agent \`${agentId}\` does not speak for the container \`${containerId}\``,
        'leave `container_id` out, or register with the token of the container or of an operator',
      );
    }
  }
}

/** A name without a container belongs to the container whose token is shown; the container follows from the id. */
function complete(described: AgentDescription, caller: Principal): AgentDescription {
  const own = caller.kind === 'container' ? (caller.containerId ?? null) : null;
  const agentId = completeAgentId(described.agentId, own);
  if (!isAgentId(agentId)) throw new ValidationFailedError([{ pointer: '/agent_id', detail: 'is too long' }]);
  const container = containerOf(agentId);
  const containerId = described.containerId ?? container;
  if (container !== null && containerId !== container) {
    throw new ValidationFailedError([
      { pointer: '/container_id', detail: `must be \`${container}\`, as the agent id says, or be left out` },
    ]);
  }
  return { ...described, agentId, containerId };
}

const credentialFor = (caller: Principal, agentId: string, minted: MintedToken): NewCredential => ({
  organizationId: caller.organization.id,
  kind: 'agent',
  subject: agentId,
  role: null,
  // Who registers without credentials, in development, gets what agents usually have.
  scopes: caller.kind === 'anonymous' ? null : grantedScopes(caller, { kind: 'agent', role: null }, null),
  minted,
  lifetimeSeconds: caller.kind === 'anonymous' ? DEVELOPMENT_TOKEN_SECONDS : null,
  createdBy: ownerOf(caller),
});

function facts(
  actor: Principal,
  { agentId, name, containerId, version, delegatedBy }: AgentDescription,
  { isNew, delegated, minted }: { isNew: boolean; delegated: boolean; minted: MintedToken | null },
): AuditEntry[] {
  const subject = { kind: 'agent', id: agentId };
  const outcome = 'succeeded';
  const registered = {
    type: 'agent.registered',
    actor,
    subject,
    outcome,
    details: { name, container_id: containerId, version },
  } as const;
  const acting = {
    type: 'agent.delegated',
    actor,
    subject,
    outcome,
    details: { delegated_by: delegatedBy ?? null },
  } as const;
  const issued = { type: 'token.issued', actor, subject, outcome, details: { key_id: minted?.keyId } } as const;
  return [
    ...(isNew ? [auditEntry(registered)] : []),
    ...(delegated ? [auditEntry(acting)] : []),
    ...(minted ? [auditEntry(issued)] : []),
  ];
}
