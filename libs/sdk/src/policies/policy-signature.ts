import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { canonicalJson } from '../canonical-json.js';
import type { BundleState } from './policy-bundle.js';
import { actionsOnTheWire } from './synced-actions.js';

/** Whose policies. `organization` is its slug. */
export interface BundleOwner {
  readonly organization: string;
  readonly agentId: string;
}

/** A public key as `/.well-known/agion-keys` lists it (RFC 7517, RFC 8037). */
export interface PublicJwk {
  readonly kty?: string;
  readonly crv?: string;
  readonly x?: string;
  readonly [member: string]: unknown;
}

/** What a signature is made over: RFC 8785 of the state, the digest, the actions, and whose they are. */
export const signedText = ({ organization, agentId }: BundleOwner, state: Omit<BundleState, 'signature'>): string =>
  canonicalJson({
    organization,
    agent_id: agentId,
    revision: state.revision,
    epoch: state.epoch,
    stopped: state.stopped,
    default_effect: state.defaultEffect,
    digest: state.digest,
    actions: actionsOnTheWire(state.actions),
  });

/** Whether one of the keys has signed this. To hand the arithmetic to another thread would cost this one as much as doing it. */
export function isSigned(owner: BundleOwner, state: BundleState, keys: readonly KeyObject[]): boolean {
  const text = Buffer.from(signedText(owner, state));
  const signature = Buffer.from(state.signature, 'base64url');
  return keys.some((key) => verify(null, text, key, signature));
}

/** The Ed25519 keys among these; others, and what is none, are left out. */
export function ed25519Keys(keys: readonly PublicJwk[]): KeyObject[] {
  return keys.flatMap(({ kty, crv, x }) => {
    if (kty !== 'OKP' || crv !== 'Ed25519' || typeof x !== 'string') return [];
    try {
      return [createPublicKey({ key: { kty, crv, x }, format: 'jwk' })];
    } catch {
      return [];
    }
  });
}
