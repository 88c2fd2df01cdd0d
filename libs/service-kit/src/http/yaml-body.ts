import { isStorableText } from '@agion/dto';
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Scalar,
  type YAMLError,
  type YAMLMap,
} from 'yaml';
import { DomainError } from '../problem/domain-error.js';
import { MAX_JSON_DEPTH, requireUtf8 } from './json-body.js';

/** Bytes of a YAML body: it is written by hand, and takes a hundred times longer to read than JSON. */
export const MAX_YAML_BYTES = 65_536;
/** Values in one body, those behind an alias counted each time it is used. */
export const MAX_YAML_VALUES = 5_000;

/** What structure is made of. Counted first: the library takes a second for 64 KiB of nothing else, and a document has a tenth of that. */
const INDICATORS = /[\n\r[\]{},:?&*!|>'"%-]/g;
const MAX_INDICATORS = 10_000;

/** Nothing that JSON could not say, whichever version of YAML a body claims to be: no dates, no merge keys, no keys but texts. */
const OPTIONS = {
  version: '1.2',
  schema: 'core',
  merge: false,
  resolveKnownTags: false,
  stringKeys: true,
  uniqueKeys: false, // the library compares each key with all others; `map` below does not
  prettyErrors: false,
} as const;

/**
 * Parses a YAML body to what the same document would be in JSON.
 * @throws DomainError `body-too-large` for more than 64 KiB, 5,000 values or 10,000 indicators; `malformed-request`, with line and column,
 * for text that is not one YAML document in UTF-8, has tags, names a key twice, is nested deeper than 64 levels, or holds what is refused in
 * JSON too
 */
export function parseYaml(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  if (body.length > MAX_YAML_BYTES)
    throw new DomainError('body-too-large', `a body in YAML has at most ${MAX_YAML_BYTES} bytes`);
  requireUtf8(body);
  const text = body.toString('utf8');
  if ((text.match(INDICATORS)?.length ?? 0) > MAX_INDICATORS)
    throw new DomainError('body-too-large', `a body in YAML has at most ${MAX_INDICATORS} indicators and lines`);
  const lines = new LineCounter();
  const { contents, errors, warnings } = parseDocument(text, { ...OPTIONS, lineCounter: lines });
  const [fault] = [...errors, ...warnings];
  const reader = new YamlReader(lines);
  if (fault) reader.refuse(saidOf(fault), fault.pos[0]);
  return reader.value(contents, 0);
}

/** Makes plain values of the nodes of a document. */
class YamlReader {
  private readonly anchors = new Map<string, unknown>();
  private values = 0;

  constructor(private readonly lines: LineCounter) {}

  value(node: unknown, depth: number): unknown {
    if (++this.values > MAX_YAML_VALUES)
      throw new DomainError('body-too-large', `a body in YAML holds at most ${MAX_YAML_VALUES} values`);
    if (isAlias(node)) {
      const target =
        this.anchors.get(node.source) ?? this.refuse(`nothing is called \`&${node.source}\``, startOf(node));
      return this.value(target, depth);
    }
    if (isScalar(node)) return this.scalar(this.anchored(node));
    if (!isMap(node) && !isSeq(node)) return null;
    if (depth === MAX_JSON_DEPTH) this.refuse(`it is nested deeper than ${MAX_JSON_DEPTH} levels`, startOf(node));
    if (isMap(node)) return this.map(this.anchored(node), depth + 1);
    return this.anchored(node).items.map((item) => this.value(item, depth + 1));
  }

  refuse(why: string, offset: number): never {
    const { line, col } = this.lines.linePos(offset);
    throw new DomainError('malformed-request', `the body is not acceptable YAML: ${why} (line ${line}, column ${col})`);
  }

  /** A name stands for one thing, so that an alias means the same wherever it is. */
  private anchored<Found extends { anchor?: string | undefined; range?: unknown }>(node: Found): Found {
    const { anchor } = node;
    if (anchor === undefined) return node;
    if ((this.anchors.get(anchor) ?? node) !== node) this.refuse(`\`&${anchor}\` is there twice`, startOf(node));
    this.anchors.set(anchor, node);
    return node;
  }

  private scalar(node: Scalar): unknown {
    const { value } = node;
    if (typeof value === 'string' && !isStorableText(value))
      this.refuse('it holds the character U+0000 or half of a surrogate pair', startOf(node));
    if (typeof value === 'number' && !Number.isFinite(value))
      this.refuse('it holds a number JSON has not', startOf(node));
    return value;
  }

  private map({ items }: YAMLMap, depth: number): Record<string, unknown> {
    const members = new Map<string, unknown>();
    for (const { key, value } of items) {
      const name = isScalar(key)
        ? String(this.scalar(this.anchored(key)))
        : this.refuse('a key is no text', startOf(key));
      if (name === '__proto__' || name === 'constructor') this.refuse(`it names the key \`${name}\``, startOf(key));
      if (members.has(name)) this.refuse(`it names the key \`${name}\` twice`, startOf(key));
      members.set(name, this.value(value, depth));
    }
    return Object.fromEntries(members);
  }
}

const startOf = (node: unknown): number => {
  const [start] = (node as { range?: number[] | null } | null)?.range ?? [0];
  return start ?? 0;
};

/** Of several documents the library says which function of it to call. */
const saidOf = ({ code, message }: YAMLError): string =>
  code === 'MULTIPLE_DOCS'
    ? 'it holds more than one document, each of which has to be given by itself'
    : message.charAt(0).toLowerCase() + message.slice(1);
