import { DomainError } from '@agion/service-kit';

/** A request target as it is matched, and as it is forwarded: there is no second reading of it. */
export interface RequestPath {
  /** Decoded, none empty. */
  readonly segments: readonly string[];
  /** With the question mark; empty when there is none. */
  readonly query: string;
}

/** Bytes of a target that are read; all headers together may have twice as many. */
const MAX_TARGET = 8_192;
const VISIBLE_ASCII = /^[\x21-\x7e]*$/;
/** Whatever another reader might take for a separator, a dot segment, a second encoding or the end of a line. */
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const AMBIGUOUS = /[/\\%?#;\u0000-\u001f\u007f]|^\.{1,2}$/;

/**
 * Reads the target of a request strictly, so that what was checked is what is called: no empty segment (`//x`, `/x/`), no dot
 * segment, no encoded separator, nothing encoded twice.
 * @throws DomainError `uri-too-long`, `malformed-request` for a target that cannot be read, `not-found` for one that no route can have
 */
export function readPath(target: string): RequestPath {
  const question = target.indexOf('?');
  const path = question < 0 ? target : target.slice(0, question);
  const query = question < 0 ? '' : target.slice(question);
  if (target.length > MAX_TARGET)
    throw new DomainError('uri-too-long', `the request target has more than ${MAX_TARGET} bytes`);
  if (!VISIBLE_ASCII.test(target) || query.includes('#'))
    throw new DomainError('malformed-request', 'the request target holds characters a URL may not have');
  if (path.charCodeAt(0) !== 0x2f) throw unknownPath();
  const segments = path.slice(1).split('/');
  for (let i = 0; i < segments.length; i++) {
    const segment = decode(segments[i] ?? '');
    if (segment === '' || AMBIGUOUS.test(segment)) throw unknownPath();
    segments[i] = segment;
  }
  return { segments, query };
}

/** The path in its one canonical form: each segment percent-encoded, but for the colon of agent ids. */
export const writePath = (segments: readonly string[]): string =>
  segments.map((segment) => `/${encodeURIComponent(segment).replaceAll('%3A', ':')}`).join('');

function decode(segment: string): string {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new DomainError('malformed-request', 'the path is not valid percent-encoded UTF-8');
  }
}

const unknownPath = (): DomainError => new DomainError('not-found', 'no route has this path');
