/**
 * Where a process may be ended for a test, each between two steps that a crash may part:
 * - `after_reply`: a decision has been sent, its row in the ledger has not been written.
 * - `after_commit`: the handler of a stream has committed, Redis does not know that the entries are done.
 * - `after_webhook_send`: a receiver has answered a webhook, that has not been written down.
 * - `after_policy_commit`: a change of a policy has committed, nobody has been told.
 */
export const CRASH_POINTS = ['after_reply', 'after_commit', 'after_policy_commit', 'after_webhook_send'] as const;
export type CrashPoint = (typeof CRASH_POINTS)[number];
