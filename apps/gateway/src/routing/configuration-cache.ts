import { LRUCache } from 'lru-cache';

/** A whole answer of a service, ready to be sent any number of times. */
export interface StoredAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** As text: Node sends headers and a text in one write, a buffer in two. */
  readonly body: string;
  /** Bytes of the body in UTF-8. */
  readonly length: number;
}

interface Entry {
  readonly answer: StoredAnswer;
  readonly until: number;
  /** The organization's generation when the service was asked. */
  readonly generation: number;
}

export interface CacheSettings {
  /** Milliseconds an answer is kept, counted from when the service was asked. */
  readonly cacheMs: number;
  readonly cacheBytes: number;
}

const MAX_ENTRIES = 20_000;
/** Answers above this share of the cache are passed on but not kept. */
const LARGEST_SHARE = 0.05;
/** What an entry weighs besides its body, roughly. */
const OVERHEAD_BYTES = 500;

/**
 * Answers to configuration fetches, one organization's never visible to another because the organization is part of the key.
 * Every change of an organization's configuration begins a new generation: entries of an older one are not used, and an answer
 * that was asked for in an older one is given to those who waited for it but not kept.
 */
export class ConfigurationCache {
  private readonly entries: LRUCache<string, Entry>;
  private readonly generations = new Map<string, number>();
  private readonly underWay = new Map<string, Promise<StoredAnswer>>();

  constructor(
    private readonly settings: CacheSettings,
    private readonly now: () => number = Date.now,
  ) {
    this.entries = new LRUCache({
      max: MAX_ENTRIES,
      maxSize: settings.cacheBytes,
      maxEntrySize: Math.floor(settings.cacheBytes * LARGEST_SHARE),
      sizeCalculation: ({ answer }) => answer.length + OVERHEAD_BYTES,
    });
  }

  /** @param slug the organization whose changes make the answer stale. @param key names organization and request */
  find(slug: string, key: string): StoredAnswer | undefined {
    const entry = this.entries.get(key);
    if (!entry || entry.generation !== this.generationOf(slug) || entry.until <= this.now()) return undefined;
    return entry.answer;
  }

  /** Asks the service, once for all who want the same at the same time, and keeps the answer when it is a 200. */
  fetch(slug: string, key: string, ask: () => Promise<StoredAnswer>): Promise<StoredAnswer> {
    const generation = this.generationOf(slug);
    const flight = `${generation} ${key}`; // whoever comes after a change does not join a question asked before it
    const joined = this.underWay.get(flight);
    if (joined) return joined;
    const until = this.now() + this.settings.cacheMs;
    const asked = ask()
      .then((answer) => {
        const current = generation === this.generationOf(slug) && until > this.now();
        if (current && answer.status === 200) this.entries.set(key, { answer, until, generation });
        return answer;
      })
      .finally(() => this.underWay.delete(flight));
    this.underWay.set(flight, asked);
    return asked;
  }

  /** Something of the organization's configuration has changed, or may have. */
  drop(slug: string): void {
    this.generations.set(slug, this.generationOf(slug) + 1);
  }

  private generationOf(slug: string): number {
    return this.generations.get(slug) ?? 0;
  }
}
