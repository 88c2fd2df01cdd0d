import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
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

/** A policy of a sync document, as far as tests look at it. */
export interface Synced {
  metadata: { id: string };
  version: number;
}

/** RFC 8785 and SHA-256 by the words of the contract, over what the client holds. */
export const hashOf = (policies: Synced[]): string => {
  const sorted = policies.toSorted((a, b) => (a.metadata.id < b.metadata.id ? -1 : 1));
  return `sha256:${createHash('sha256')
    .update(canonicalize(sorted) ?? '')
    .digest('hex')}`;
};

/** By the words of the API's document: a client keeps the digests, and hashes only what has changed. */
export const digestOf = (policies: Synced[]): string => {
  const sorted = policies.toSorted((a, b) => (a.metadata.id < b.metadata.id ? -1 : 1));
  const digests = sorted.map((policy) =>
    createHash('sha256')
      .update(canonicalize(policy) ?? '')
      .digest(),
  );
  return `sha256:${createHash('sha256').update(Buffer.concat(digests)).digest('hex')}`;
};
