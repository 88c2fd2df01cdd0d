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

/**
 * What `/readiness` tells of it. `seen`: the server says that it loses nothing. `acknowledged`: it does not say so, and its operator
 * vouches for it. `lacking`: neither.
 */
export function durabilityReport(
  dangers: readonly ServerDanger[],
  redisDurability: string,
): { durability: 'seen' | 'acknowledged' | 'lacking'; warning?: string } {
  if (dangers.length === 0) return { durability: 'seen' };
  const isVouchedFor = redisDurability === 'acknowledged' && dangers.every(({ kind }) => kind !== 'eviction');
  const warning = dangers.map(({ text }) => text).join('; ');
  return { durability: isVouchedFor ? 'acknowledged' : 'lacking', warning };
}
