/** When revisions of policies were committed, as governance knows it. */
export interface PolicyCommit {
  revision: number;
  at: string;
}

/** A running instance by the policies it has. */
export interface InstancePolicies {
  agentId: string;
  instanceId: string;
  /** Null: it has told none. */
  revision: number | null;
  appliedAt: Date | null;
  lastSeenAt: Date;
}

/** Where the running instances of an organization stand. */
export interface PolicyAdoption {
  /**
   * Agents all of whose instances work by the revision; one of whose works by another; the rest of those that run, of which
   * that is not told; and those that went without a word within the last day: they may go on, by whatever they have.
   */
  agents: { current: number; stale: number; silent: number; unheard: number };
  /** Milliseconds from a commit until an instance worked by it; null when none followed one of them. */
  propagation: { p50: number | null; p99: number | null; count: number };
  /** Instances that work by another revision, the farthest behind first. */
  stale: InstancePolicies[];
}
