import { createHash, hash } from 'node:crypto';

/** Any constant: what our version 5 ids are made within (RFC 9562, section 5.5). */
const NAMESPACE = createHash('sha256').update('agion decision').digest('hex').slice(0, 32);
const NAMESPACE_BYTES = Buffer.from(NAMESPACE, 'hex').toString('latin1');

/** The id of the decision about an entry: the same however often the entry is delivered. */
export const decisionIdOf = (organizationId: string, streamId: string): string =>
  uuidv5(`${organizationId} ${streamId}`);

/** The id of the audit fact of a decision. */
export const auditIdOf = (decisionId: string): string => uuidv5(`audit ${decisionId}`);

/** @param name ASCII */
function uuidv5(name: string): string {
  const digest = hash('sha1', Buffer.from(NAMESPACE_BYTES + name, 'latin1'), 'hex');
  const variant = ((parseInt(digest.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-5${digest.slice(13, 16)}-${variant}${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
}
