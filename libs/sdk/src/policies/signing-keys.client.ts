import type { KeyObject } from 'node:crypto';
import type { Clock } from '../clock.js';
import type { GatewayClient } from '../http/gateway.client.js';
import { type BundleState } from './policy-bundle.js';
import { type BundleOwner, ed25519Keys, isSigned, type PublicJwk } from './policy-signature.js';

/** Milliseconds between two questions for the keys: a bundle that nobody signed must not become a flood of them. */
const BETWEEN_READS_MS = 5_000;
const MOST_KEYS = 16;

export interface SigningKeysOptions {
  readonly gateway: GatewayClient;
  readonly clock: Clock;
  /** The only keys that count, raw Ed25519 in base64url; none are read then. */
  readonly pinned?: readonly string[];
}

/** The public keys of the platform, read when a signature is by none of those known: that is how keys are rotated. */
export class SigningKeys {
  private jwks: readonly PublicJwk[];
  private keys: KeyObject[];
  private readAt = -Infinity;

  constructor(private readonly options: SigningKeysOptions) {
    this.jwks = (options.pinned ?? []).map((x) => ({ kty: 'OKP', crv: 'Ed25519', x }));
    this.keys = ed25519Keys(this.jwks);
  }

  /** Those known now. */
  get known(): readonly PublicJwk[] {
    return this.jwks;
  }

  /** Whether the platform has signed this. @throws AgionError when its keys cannot be read */
  async haveSigned(owner: BundleOwner, state: BundleState): Promise<boolean> {
    if (isSigned(owner, state, this.keys)) return true;
    return (await this.readAgain()) && isSigned(owner, state, this.keys);
  }

  /** The same by keys that were kept with a bundle, unless certain ones were given; nothing is read. */
  signedBefore(owner: BundleOwner, state: BundleState, kept: readonly PublicJwk[]): boolean {
    if (this.options.pinned) return isSigned(owner, state, this.keys);
    const keys = ed25519Keys(kept.slice(0, MOST_KEYS));
    if (!isSigned(owner, state, keys)) return false;
    if (this.keys.length === 0) {
      this.jwks = kept;
      this.keys = keys;
    }
    return true;
  }

  private async readAgain(): Promise<boolean> {
    const { pinned, gateway, clock } = this.options;
    if (pinned || clock.monotonic() - this.readAt < BETWEEN_READS_MS) return false;
    const { body } = await gateway.call<{ keys?: unknown }>('GET', '/.well-known/agion-keys', { retry: false });
    this.readAt = clock.monotonic();
    this.jwks = Array.isArray(body?.keys) ? (body.keys as PublicJwk[]).slice(0, MOST_KEYS) : [];
    this.keys = ed25519Keys(this.jwks);
    return true;
  }
}
