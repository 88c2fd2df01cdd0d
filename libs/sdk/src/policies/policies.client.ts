import type { GatewayClient } from '../http/gateway.client.js';
import { ApiError } from '../errors.js';
import { PoliciesRejectedError } from './policies.errors.js';
import { changedBundle, inCanonicalForm, type PolicyBundle, type SyncDocument, wholeBundle } from './policy-bundle.js';
import { statedDigest } from './policy-digest.js';
import type { BundleOwner } from './policy-signature.js';
import type { SigningKeys } from './signing-keys.client.js';

/** Reads an agent's policies: what has changed, or all of them where that cannot be told or does not add up. */
export class PoliciesClient {
  /** Of the answer that said nothing has changed since the bundle of a signature. */
  private unchanged: { signature: string; etag: string } | undefined;

  constructor(
    private readonly gateway: GatewayClient,
    private readonly keys: SigningKeys,
  ) {}

  /**
   * The bundle in force now, looked over: its digest is that of its policies, and the platform has signed it. Whether it is newer than
   * the one held is for the caller to see. `null` when nothing has changed.
   *
   * @throws PoliciesRejectedError when it is not what the platform has signed; AgionError when it cannot be read
   */
  async newest(owner: BundleOwner, held: PolicyBundle | null, signal?: AbortSignal): Promise<PolicyBundle | null> {
    const changed = held && (await this.changed(owner, held, signal));
    if (changed === 'nothing') return null;
    const bundle = changed ?? (await this.whole(owner, signal));
    return held && isSame(held, bundle) ? null : bundle;
  }

  /** By what has changed since; null when that is not known, has another form, or its digest does not fit. */
  private async changed(
    owner: BundleOwner,
    held: PolicyBundle,
    signal?: AbortSignal,
  ): Promise<PolicyBundle | 'nothing' | null> {
    const known = this.unchanged?.signature === held.signature ? this.unchanged.etag : undefined;
    try {
      const { status, body, etag } = await this.read(owner, { since: String(held.revision) }, known, signal);
      if (status === 304) return 'nothing';
      const given = changedOrNot(held, body);
      const bundle = given && (await this.lookedOver(owner, given, held));
      if (bundle && etag !== null && isSame(held, bundle)) this.unchanged = { signature: bundle.signature, etag };
      return bundle;
    } catch (error) {
      if (ApiError.is(error) && error.status === 410) return null;
      throw error;
    }
  }

  private async whole(owner: BundleOwner, signal?: AbortSignal): Promise<PolicyBundle> {
    const { body } = await this.read(owner, {}, undefined, signal);
    const bundle = await this.lookedOver(owner, wholeBundle(body));
    if (!bundle) throw new PoliciesRejectedError('the digest of the policies is not that of their text');
    return bundle;
  }

  /** Null when the digest is not that of the policies. @throws when it is, and not signed */
  private async lookedOver(
    owner: BundleOwner,
    given: PolicyBundle,
    held: PolicyBundle | null = null,
  ): Promise<PolicyBundle | null> {
    const isKnown = given.policies === held?.policies && given.digest === held.digest;
    const bundle = isKnown ? given : sound(given);
    if (bundle && !(await this.keys.haveSigned(owner, bundle)))
      throw new PoliciesRejectedError(`revision ${bundle.revision} of the policies is not signed by the platform`);
    return bundle;
  }

  private read(
    { agentId }: BundleOwner,
    query: Record<string, string>,
    etag: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<{ status: number; body: SyncDocument; etag: string | null }> {
    return this.gateway.call<SyncDocument>('GET', '/api/v1/policies', {
      query: { agent_id: agentId, status: 'active', ...query },
      headers: etag === undefined ? {} : { 'if-none-match': etag },
      retry: false, // when to try again is for the sync machine to say
      ...(signal && { signal }),
    });
  }
}

function changedOrNot(held: PolicyBundle, body: SyncDocument): PolicyBundle | null {
  try {
    return changedBundle(held, body);
  } catch (error) {
    if (error instanceof PoliciesRejectedError) return null;
    throw error;
  }
}

/** The bundle when its digest is that of its policies. */
export function sound(bundle: PolicyBundle): PolicyBundle | null {
  if (statedDigest(bundle.digests) === bundle.digest) return bundle;
  const canonical = inCanonicalForm(bundle);
  return statedDigest(canonical.digests) === bundle.digest ? canonical : null;
}

/** A signature is over everything, and Ed25519 makes the same one each time. */
const isSame = (one: PolicyBundle, other: PolicyBundle): boolean => one.signature === other.signature;
