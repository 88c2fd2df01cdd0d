import { hash, webcrypto } from 'node:crypto';
import type { BundledPolicy } from './policy-bundle.js';
import { TextList } from './text-list.js';

/** The hash of policies, as the platform states it. */
export const hashOf = (policies: readonly BundledPolicy[]): string =>
  stated(hash('sha256', listOf(policies).bytes(), 'hex'));

/** The same, made beside the event loop: of all that a change costs an agent, this grows most with the number of its policies. */
export async function hashBeside(policies: readonly BundledPolicy[]): Promise<string> {
  const digest = webcrypto.subtle.digest('SHA-256', listOf(policies).bytes()); // takes a copy of them before it returns
  return stated(Buffer.from(await digest).toString('hex'));
}

function listOf(policies: readonly BundledPolicy[]): TextList {
  const texts = new TextList();
  for (const { text } of policies) texts.add(text);
  return texts;
}

const stated = (hex: string): string => `sha256:${hex}`;
