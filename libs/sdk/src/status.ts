/** How an SDK is doing right now. */
export interface SdkStatus {
  /** `new` before `initialize()` is done. */
  readonly state: 'new' | 'open' | 'closed';
  /** Whether the platform has this instance, as far as is known. */
  readonly registered: boolean;
  readonly policies: {
    /** `stale`: nobody has confirmed them for longer than `maxStalenessMs`; actions of high risk are then denied. */
    readonly standing: 'fresh' | 'stale' | 'none';
    readonly revision: number;
    /** Counts uses of the kill switch. */
    readonly epoch: number;
    /** The kill switch is on: nothing is allowed. */
    readonly stopped: boolean;
    /** Milliseconds since the platform confirmed them; null when it never did. */
    readonly ageMs: number | null;
  };
}

/** Before there is anything. */
export const NO_POLICY_STATUS: SdkStatus['policies'] = Object.freeze({
  standing: 'none',
  revision: 0,
  epoch: 0,
  stopped: false,
  ageMs: null,
});
