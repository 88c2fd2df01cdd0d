import { redisPrefix } from './organization.js';

/** Every Redis Stream with consumer groups, by the name the default organization uses (wire contract, section 4). */
export const STREAMS = {
  governanceRequests: 'governance:requests',
  governanceResponses: 'governance:responses',
  decisions: 'agion:events:decisions',
  executionReports: 'executions:reports',
  feedbackSubmissions: 'feedback:submissions',
  feedback: 'agion:events:feedback',
  trust: 'agion:events:trust',
  missions: 'agion:events:missions',
  tasks: 'agion:tasks',
  audit: 'agion:events:audit',
} as const;

export type StreamName = (typeof STREAMS)[keyof typeof STREAMS];

/** The stream's key for one organization, e.g. `org:acme:agion:events:audit`. */
export const streamKey = (slug: string, stream: StreamName): string => redisPrefix(slug) + stream;

/**
 * Where a container, or one instance of it, has its decisions sent instead of to the stream all containers share: what `reply_to`
 * names. It is trimmed as that one is.
 */
export const replyStreamKey = (slug: string, containerId: string, instanceId?: string): string =>
  `${streamKey(slug, STREAMS.governanceResponses)}:${containerId}${instanceId === undefined ? '' : `:${instanceId}`}`;

/** Where entries go that can never be handled. `stream` is a complete key. */
export const deadLetterKey = (stream: string): string => `${stream}:${DEAD}`;

/** Ends the names of dead letters: no container may be called so, or its reply stream would be one of them. */
export const DEAD = 'dead';

/** The streams whose entries somebody consumes, and so may die: all but the answers, which nobody waits for after a minute. */
export const CONSUMED_STREAMS: readonly StreamName[] = Object.values(STREAMS).filter(
  (stream) => stream !== STREAMS.governanceResponses,
);

/** The field that holds an entry which was a dead letter and is back in its stream; reserved. */
export const REDRIVEN = 'redriven';

/** Feeds: capped streams whose appends are also announced on a channel of the same name. */
export const feedKey = {
  runEvents: (slug: string, runId: string): string => `${redisPrefix(slug)}agion:runs:${runId}:events`,
  missionMessages: (slug: string, missionId: string): string =>
    `${redisPrefix(slug)}agion:missions:${missionId}:messages`,
  realtime: (slug: string, topic: string): string => `${redisPrefix(slug)}agion:realtime:${topic}`,
};
