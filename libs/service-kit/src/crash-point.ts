import { CONSUMER_STEPS } from '@agion/messaging';

/**
 * Where a process may be ended for a test, each between two steps that a crash may part:
 * - `after_reply`: a decision has been sent, its row in the ledger has not been written.
 * - `before_handler`: entries have been validated, their handler has not been called.
 * - `after_commit`: the handler of a stream has committed, Redis does not know that the entries are done.
 * - `after_webhook_send`: a receiver has answered a webhook, that has not been written down.
 * - `after_evidence`: evidence about agents has been committed, their scores have not been refreshed.
 * - `after_policy_commit`: a change of a policy has committed, nobody has been told.
 * The others are steps of the loop that reads streams, named after the command to Redis they follow or precede.
 */
export const CRASH_POINTS = [
  'after_reply',
  'before_handler',
  'after_evidence',
  'after_commit',
  'after_policy_commit',
  'after_webhook_send',
  ...CONSUMER_STEPS,
] as const;
export type CrashPoint = (typeof CRASH_POINTS)[number];

/** `after_commit`, or `after_commit:3` for the third time it is reached. */
export type CrashAt = CrashPoint | `${CrashPoint}:${number}`;
export const CRASH_AT = new RegExp(`^(${CRASH_POINTS.join('|')})(:[1-9]\\d{0,3})?$`);
