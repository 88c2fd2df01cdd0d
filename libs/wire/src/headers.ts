/** Headers of the wire. Lower case, as Node presents them. */
export const HEADERS = {
  /** The signed identity one service shows another. */
  assertion: 'agion-assertion',
  sessionId: 'x-session-id',
  /** What the gateway took off a path when it passed the request on, e.g. `/api`. */
  forwardedPrefix: 'x-forwarded-prefix',
  idempotencyKey: 'idempotency-key',
  /** 0–99: which slice of a gradual rollout the caller falls into. Set by the gateway. */
  rolloutBucket: 'agion-rollout-bucket',
} as const;
