import { createLocalJWKSet, errors, type CryptoKey, type FlattenedJWSInput, type JWSHeaderParameters } from 'jose';
import { UnavailableError, type OutgoingClient } from '@agion/service-kit';

/** Milliseconds after which keys are fetched again: one that was withdrawn is not believed for longer. */
const FRESH_MS = 600_000;
/** Milliseconds between two fetches, however many tokens name keys that are not there. */
const COOL_DOWN_MS = 10_000;
/** The same while there are no keys at all. */
const FIRST_COOL_DOWN_MS = 1_000;
/** Milliseconds the last keys are believed while none can be fetched. */
const KEPT_MS = 24 * 3_600_000;
/** Milliseconds in which the keys must have come. */
const FETCH_MS = 3_000;

type Keys = (header: JWSHeaderParameters, token: FlattenedJWSInput) => Promise<CryptoKey>;

interface Fetching {
  readonly client: Pick<OutgoingClient, 'request'>;
  /** Hears of every fetch that failed. */
  readonly onFailure: (error: unknown) => void;
  readonly now?: () => number;
}

/**
 * The keys an issuer publishes. They follow its rotation: a key id that is not among them has them fetched again, once in a while.
 * While the issuer cannot be reached, the last ones are good for a day.
 */
export class PublishedKeys {
  private keys: Keys = () => Promise.reject(new errors.JWKSNoMatchingKey());
  private fetchedAt = -Infinity;
  private triedAt = -Infinity;
  private isAway = false;
  private pending: Promise<void> | undefined;
  private readonly now: () => number;

  constructor(
    private readonly uri: string,
    private readonly fetching: Fetching,
  ) {
    this.now = fetching.now ?? Date.now;
  }

  /**
   * The key of a token, for jose.
   * @throws JWKSNoMatchingKey when the issuer has no such key; UnavailableError when that cannot be known
   */
  readonly keyFor: Keys = async (header, token) => {
    await this.beFresh();
    try {
      return await this.keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      if (this.mayFetch()) await this.fetch();
      if (this.isAway) throw away();
      return this.keys(header, token);
    }
  };

  /** Waits for a fetch only where it may help: not for one that follows a failure, as long as there are keys. */
  private async beFresh(): Promise<void> {
    if (this.age() < FRESH_MS) return;
    const isKept = this.age() < KEPT_MS;
    const wasAway = this.isAway;
    const fetched = this.mayFetch() ? this.fetch() : undefined;
    if (!isKept || !wasAway) await fetched;
    if (!isKept && this.age() >= KEPT_MS) throw away();
  }

  private age(): number {
    return this.now() - this.fetchedAt;
  }

  /** Whoever comes during a fetch waits for that one. */
  private mayFetch(): boolean {
    const coolDown = this.age() < KEPT_MS ? COOL_DOWN_MS : FIRST_COOL_DOWN_MS;
    return this.pending !== undefined || this.now() - this.triedAt >= coolDown;
  }

  private fetch(): Promise<void> {
    this.pending ??= this.replace().finally(() => (this.pending = undefined));
    return this.pending;
  }

  private async replace(): Promise<void> {
    this.triedAt = this.now();
    try {
      const limits = { timeoutMs: FETCH_MS, maxRedirects: 0 };
      const headers = { accept: 'application/json, application/jwk-set+json' };
      const { status, body } = await this.fetching.client.request(this.uri, { headers, limits });
      if (status !== 200) throw new Error(`the keys at \`${this.uri}\` were answered with ${status}`);
      this.keys = createLocalJWKSet(JSON.parse(body.toString()) as { keys: [] });
      this.fetchedAt = this.now();
      this.isAway = false;
    } catch (error) {
      this.isAway = true;
      this.fetching.onFailure(error);
    }
  }
}

const away = (): UnavailableError => new UnavailableError('the keys of the identity provider cannot be fetched');
