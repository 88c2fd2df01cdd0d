import type { ServerDanger } from '@agion/messaging';
import { StartupError } from '../startup-error.js';

/**
 * In production a Redis that loses entries ends the start, unless its operator vouches for what it does not say; in development it
 * is only told of.
 * @returns what to warn of
 * @throws StartupError with every danger and how to mend it
 */
export function acceptDangers(
  dangers: readonly ServerDanger[],
  { mode, redisDurability }: { mode: string; redisDurability: string },
): string[] {
  const isAccepted = ({ kind }: ServerDanger): boolean =>
    mode !== 'production' || (redisDurability === 'acknowledged' && kind !== 'eviction');
  const refused = dangers.filter((danger) => !isAccepted(danger));
  if (refused.length > 0)
    throw new StartupError(
      `production needs another Redis, or other settings of it:\n${refused.map(({ text, mend }) => `  - ${text}: ${mend}`).join('\n')}`,
    );
  return dangers.map(({ text }) => text);
}
