import type { Finding, FindingStatus } from './finding.js';

/** Seconds clocks may differ by before signatures between services are refused. */
const LEEWAY_SECONDS = 5;
const UNREMARKABLE_SECONDS = 1;

/**
 * How a server's clock differs from this machine's.
 * @param at the server's time, and when it was asked and answered by our own, in milliseconds since 1970
 */
export function clockFinding(
  make: (status: FindingStatus, name: string, detail: string, hint?: string) => Finding,
  at: { server: number; asked: number; answered: number },
): Finding {
  const half = (at.answered - at.asked) / 2;
  const skew = (at.server - at.asked - half) / 1_000;
  const certain = Math.max(0, Math.abs(skew) - half / 1_000);
  const detail = `${Math.abs(skew).toFixed(2)} s ${skew < 0 ? 'behind' : 'ahead of'} this machine`;
  if (certain <= UNREMARKABLE_SECONDS) return make('ok', 'clock', detail);
  const hint = 'set both clocks by NTP: signatures and tokens are good for seconds';
  return make(certain > LEEWAY_SECONDS ? 'failed' : 'warning', 'clock', detail, hint);
}
