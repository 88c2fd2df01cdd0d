import { DEFAULT_ORGANIZATION, type Organization, type Principal } from '@agion/wire';

/** A document that is accepted; `spec` on top of it. */
export const policy = (id: string, spec: Record<string, unknown> = {}): Record<string, unknown> => ({
  apiVersion: 'agion/v1',
  kind: 'Policy',
  metadata: { id },
  spec: { tier: 'agent', scope: { agents: ['*'], actions: ['*'], resources: ['*'] }, effect: 'allow', ...spec },
});

export const forAgents = (...agents: string[]): Record<string, unknown> => ({
  scope: { agents, actions: ['*'], resources: ['*'] },
});

export const agent = (agentId: string, organization: Organization = DEFAULT_ORGANIZATION): Principal => ({
  kind: 'agent',
  subject: agentId,
  organization,
  role: null,
  agentId,
  groups: [],
});

export const container = (containerId: string): Principal => ({
  kind: 'container',
  subject: containerId,
  organization: DEFAULT_ORGANIZATION,
  role: null,
  containerId,
  groups: [],
});
