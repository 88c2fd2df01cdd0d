import { withoutSecrets } from '@agion/wire';
import { v7 as uuidv7 } from 'uuid';
import type { Decision, KeptRequest } from '../decisions/decision.js';
import type { LedgerCipher } from './ledger-cipher.js';

/** What decisions recorded together were asked, as one piece. */
export interface PackedInputs {
  organizationId: string;
  inputsId: string;
  content: Buffer;
}

/** Where what a decision was asked is. */
export interface InputsPlace {
  inputsId: string;
  position: number;
}

/** Decisions whose inputs go together at most, and characters after which no more are added: who looks at one reads them all. */
const MOST_TOGETHER = 128;
const ENOUGH = 32_768;

interface Open {
  inputsId: string;
  parts: string[];
  length: number;
}

/**
 * What these decisions were asked, without secrets and encrypted: a piece for many of them, since each costs a call of the cipher and a
 * row. @returns the pieces, and for each decision its place in them
 */
export function packInputs(
  decisions: readonly Pick<Decision, 'organizationId' | 'request'>[],
  cipher: Pick<LedgerCipher, 'seal'>,
): { packed: PackedInputs[]; places: (InputsPlace | null)[] } {
  const packed: PackedInputs[] = [];
  const open = new Map<string, Open>();
  const close = (organizationId: string, { inputsId, parts }: Open): void => {
    const text = withoutSecrets(`[${parts.join(',')}]`);
    packed.push({ organizationId, inputsId, content: cipher.seal(text, { organizationId, inputsId }) });
  };
  const places = decisions.map(({ organizationId, request }) => {
    if (request === null) return null;
    const piece = open.get(organizationId) ?? { inputsId: uuidv7(), parts: [], length: 0 };
    const text = JSON.stringify(request);
    const place = { inputsId: piece.inputsId, position: piece.parts.push(text) - 1 };
    piece.length += text.length;
    if (piece.parts.length < MOST_TOGETHER && piece.length < ENOUGH) open.set(organizationId, piece);
    else {
      close(organizationId, piece);
      open.delete(organizationId);
    }
    return place;
  });
  for (const [organizationId, piece] of open) close(organizationId, piece);
  return { packed, places };
}

/** What was packed, in its order; null when it is not that. */
export function unpackInputs(text: string): KeptRequest[] | null {
  try {
    const requests: unknown = JSON.parse(text);
    return Array.isArray(requests) ? (requests as KeptRequest[]) : null;
  } catch {
    return null;
  }
}
