import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { promisify } from 'node:util';
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

/** What a signature is made over: RFC 8785 of the state, the hash, and whose it is. */
export const signedText = ({ organization, agentId }: BundleOwner, state: BundleState): string =>
  canonicalJson({
    organization,
    agent_id: agentId,
    revision: state.revision,
    epoch: state.epoch,
    stopped: state.stopped,
    default_effect: state.defaultEffect,
    hash: state.hash,
  });

/** What the signature of the actions is made over. */
export const signedActionsText = (
  { organization, agentId }: BundleOwner,
  { revision, actions }: Pick<BundleState, 'revision' | 'actions'>,
): string => canonicalJson({ organization, agent_id: agentId, revision, actions: actionsOnTheWire(actions) });

/** Whether one of the keys has signed this, and one what it says of actions. The arithmetic is done beside the event loop. */
export async function isSigned(owner: BundleOwner, state: BundleState, keys: readonly KeyObject[]): Promise<boolean> {
  const both = await Promise.all([
    isSignedByOne(keys, signedText(owner, state), state.signature),
    isSignedByOne(keys, signedActionsText(owner, state), state.actionsSignature),
  ]);
  return both.every(Boolean);
}

async function isSignedByOne(keys: readonly KeyObject[], signed: string, by: string): Promise<boolean> {
  const text = Buffer.from(signed);
  const signature = Buffer.from(by, 'base64url');
  for (const key of keys) if (await isSignedBy(key, text, signature)) return true;
  return false;
}

const isSignedBy = promisify(
  (key: KeyObject, text: Buffer, signature: Buffer, done: (error: Error | null, is: boolean) => void) =>
    verify(null, text, key, signature, done),
);

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
