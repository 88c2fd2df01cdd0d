import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { timeInId } from '../decisions/decision-id.js';

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const DAY = 24 * 60 * 60 * 1_000;
/** Keys of days that are kept at hand. */
const MOST_DAYS = 64;

/** What a text belongs to: it cannot be read as another organization's, or as another's at all. */
export interface SealedFor {
  organizationId: string;
  /** A UUIDv7. */
  inputsId: string;
}

/** The 32 bytes of a key in base64, base64url or hexadecimal digits; null when they are not that. */
export function ledgerKey(text: string): Buffer | null {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return null;
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === KEY_BYTES ? bytes : null;
}

/** Tells keys apart without telling anything of them. */
const idOf = (key: Buffer): string =>
  createHash('sha256').update('agion ledger key').update(key).digest('hex').slice(0, 16);

/**
 * Encrypts what was asked, with AES-256-GCM. Each day has a key of its own, derived with HKDF-SHA-256: random nonces stay far from the
 * number at which they would begin to repeat (NIST SP 800-38D, section 8.3).
 */
export class LedgerCipher {
  /** The id of the key that encrypts. */
  readonly keyId: string;
  private readonly keys: ReadonlyMap<string, Buffer>;
  private readonly days = new Map<string, Buffer>();

  /** @param previous keys that are still read with. @throws TypeError when a key is none */
  constructor(current: string, previous: readonly string[] = []) {
    const keys = [current, ...previous].map((text) => {
      const key = ledgerKey(text);
      if (!key) throw new TypeError('a key of the ledger must be 32 bytes in base64');
      return [idOf(key), key] as const;
    });
    this.keyId = keys[0]?.[0] ?? '';
    this.keys = new Map(keys);
  }

  /** Nonce, tag and what is encrypted. */
  seal(text: string, about: SealedFor): Buffer {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.keyOf(this.keyId, about) as Buffer, iv);
    cipher.setAAD(contextOf(about));
    const first = cipher.update(text, 'utf8');
    const last = cipher.final();
    return Buffer.concat([iv, cipher.getAuthTag(), first, last]);
  }

  /** The text; null when the key is not known here, or it is not what was sealed. */
  open(keyId: string, content: Buffer, about: SealedFor): string | null {
    const key = this.keyOf(keyId, about);
    if (!key || content.length < IV_BYTES + TAG_BYTES) return null;
    const decipher = createDecipheriv(ALGORITHM, key, content.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(contextOf(about));
    decipher.setAuthTag(content.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    try {
      return decipher.update(content.subarray(IV_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
    } catch {
      return null;
    }
  }

  private keyOf(keyId: string, { inputsId }: SealedFor): Buffer | undefined {
    const day = Math.floor(timeInId(inputsId) / DAY);
    const name = `${keyId} ${day}`;
    const known = this.days.get(name);
    const master = this.keys.get(keyId);
    if (known || !master) return known;
    const key = Buffer.from(hkdfSync('sha256', master, '', `agion ledger inputs ${day}`, KEY_BYTES));
    if (this.days.size >= MOST_DAYS) this.days.clear();
    this.days.set(name, key);
    return key;
  }
}

const contextOf = ({ organizationId, inputsId }: SealedFor): Buffer =>
  Buffer.from(`${organizationId} ${inputsId}`, 'latin1');
