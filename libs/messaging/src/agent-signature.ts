import { createHmac, timingSafeEqual } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { EntryFields } from './codec.js';

/** What the signature of an entry is about: RFC 8785 of the stream's complete name and every field but `sig`. */
export function signedText(stream: string, { sig: _, ...fields }: EntryFields): string {
  return canonicalize({ stream, fields }) ?? '';
}

/** Signs an entry as an agent: adds `sig`, HMAC-SHA-256 with the agent's `stream_key`, base64url. */
export function signAsAgent(stream: string, fields: EntryFields, streamKey: string): EntryFields {
  return { ...fields, sig: mac(signedText(stream, fields), streamKey).toString('base64url') };
}

/** Whether `sig` was made with this key over exactly this entry of this stream. */
export const isSignedBy = (stream: string, fields: EntryFields, streamKey: string): boolean =>
  signatureTest(stream, fields)(streamKey);

/** The same for many keys: what is signed is put together once, which costs more than a key. */
export function signatureTest(stream: string, fields: EntryFields): (streamKey: string) => boolean {
  const given = Buffer.from(fields.sig ?? '', 'base64url');
  const text = signedText(stream, fields);
  return (streamKey) => {
    const own = mac(text, streamKey);
    return given.length === own.length && timingSafeEqual(given, own);
  };
}

const mac = (text: string, streamKey: string): Buffer => createHmac('sha256', streamKey).update(text).digest();
