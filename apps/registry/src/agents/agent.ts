import type { Standing } from './lease.js';

/** What an agent says about itself when it registers. */
export interface AgentDescription {
  agentId: string;
  name: string;
  type: string | null;
  version: string | null;
  framework: string | null;
  capabilities: string[];
  containerId: string | null;
  endpoint: string | null;
  fingerprint: Record<string, string> | null;
  /** The agent on whose behalf it acts; undefined in a registration: as it is. */
  delegatedBy: string | null | undefined;
  labels: Record<string, string>;
  metadata: Record<string, unknown>;
}

/** An agent as it is known at `readAt`, by the database's clock. */
export interface Agent extends AgentDescription, Standing {
  delegatedBy: string | null;
  streamKeyGeneration: number;
  previousStreamKeyUntil: Date | null;
  liveInstances: number;
  lastSeenAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
  readAt: Date;
}

/** What a running instance reports with a beat. */
export interface InstanceReport {
  status: string | null;
  appliedPolicyRevision: number | null;
  /** Milliseconds since it changed to that revision; null when it began with it, or does not say. */
  appliedPolicyAgeMs: number | null;
  appliedConfig: Record<string, unknown> | null;
  metrics: Record<string, unknown> | null;
}

/** The instance of an agent that runs once and does not name its processes. */
export const DEFAULT_INSTANCE = 'default';
