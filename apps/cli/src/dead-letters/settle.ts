import { count, type OutputFormat, printable, tell } from '../output.js';
import { PlatformClient, PlatformError } from '../platform.client.js';
import { deadLetters, type Search } from './dead-letter-search.js';

/** What is to become of which dead letters. */
export interface Settling {
  action: 'redrive' | 'discard';
  /** How it is told when it is done. */
  done: string;
  body?: object;
}

interface Refused {
  id: string;
  why: string;
}

/** Answers that say that this one cannot be done, rather than that nothing can. */
const OWN_FAULTS = [404, 409, 422];

/**
 * Settles the given ones, else all that are found; those that died first go first, as they came. One that is refused does not keep the
 * others back. @returns whether any was
 * @throws PlatformError when the platform is away or takes no more for now: what is done is told first, and the rest can be asked again
 */
export async function settle(
  ids: readonly string[],
  { all, output, ...search }: Search & { all?: true; output: OutputFormat },
  { action, done, body }: Settling,
): Promise<boolean> {
  const platform = PlatformClient.given();
  const chosen = all ? await found(platform, search) : ids;
  const settled: string[] = [];
  const refused: Refused[] = [];
  try {
    for (const id of chosen) {
      try {
        await platform.call('POST', `/api/v1/dead-letters/${encodeURIComponent(id)}/${action}`, body);
        settled.push(id);
      } catch (error) {
        if (!(error instanceof PlatformError) || !OWN_FAULTS.includes(error.status ?? 0)) throw error;
        refused.push({ id, why: error.message });
      }
    }
  } finally {
    tell(output, { [done]: settled, refused, left: chosen.length - settled.length - refused.length }, [
      ...refused.map(({ id, why }) => printable(`✗ ${id}: ${why}`)),
      `${count(settled.length, 'dead letter', 'dead letters')} ${done}${refused.length > 0 ? `, ${refused.length} refused` : ''}`,
    ]);
  }
  return refused.length > 0;
}

async function found(platform: PlatformClient, search: Search): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of deadLetters(platform, { ...search, status: 'open' })) ids.push(id);
  return ids.reverse();
}
