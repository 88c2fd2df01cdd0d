import type { Principal } from '@agion/wire';

/** Whom valid credentials speak for, and until when they do (milliseconds since the epoch; `null`: no end is set). */
export interface Verified {
  readonly principal: Principal;
  readonly expiresAt: number | null;
}
