/** Counts since `initialize()`, by the names document 000 prints them with. */
export interface SdkMetrics {
  policy_engine: {
    /** All checks, wherever they were decided. */
    total_evaluations: number;
    average_latency_ms: number;
    denied: number;
    /** Decided in memory. */
    local: number;
    /** Asked of the platform. */
    remote: number;
    /** Denials for want of a decision. */
    unavailable: number;
    policy_revision: number;
    /** Whether the policies can be relied on: `stale` when nobody has confirmed them for too long. */
    policies: 'fresh' | 'stale' | 'none';
    /** Since the platform confirmed them; null when it never did. */
    policy_age_ms: number | null;
    /** Made by stale policies, or denied because they were stale. */
    decided_while_stale: number;
  };
  event_client: {
    published: number;
    /** Refused by the platform for good. */
    failed: number;
    /** Thrown away unsent: the buffer was full, or closed. */
    dropped: number;
    buffer_size: number;
  };
  cache_sizes: { prompts: number; models: number; resources: number };
}
