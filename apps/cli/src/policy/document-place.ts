import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type Scalar } from 'yaml';

/** A place in a file: line and column, both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

const START: Place = { line: 1, column: 1 };

/** Finds where a document, in YAML or in JSON, says what a JSON pointer (RFC 6901) names. */
export class DocumentPlaces {
  private readonly lines = new LineCounter();
  private readonly root: Node | null;

  constructor(private readonly text: string) {
    this.root = parseDocument(text, { lineCounter: this.lines, uniqueKeys: false }).contents;
  }

  /**
   * @param inside a place within the text there, as conditions have it
   * @returns the start of what the pointer names, or of the nearest thing around it that is there
   */
  of(pointer: string, inside?: Place): Place {
    const [node, isThere] = this.nearest(pointer);
    const start = node?.range?.[0];
    if (start === undefined) return START;
    return (inside && isThere && isScalar(node) && this.within(node, start, inside)) || this.at(start);
  }

  private nearest(pointer: string): [Node | null, boolean] {
    let node = this.root;
    for (const part of pointer.split('/').slice(1)) {
      const next = childOf(node, part.replaceAll('~1', '/').replaceAll('~0', '~'));
      if (!next) return [node, false];
      node = next;
    }
    return [node, true];
  }

  /** Only where the file shows the text as it is: in a plain or quoted line without escapes, or in a block that keeps its lines. */
  private within({ type, source, value }: Scalar, start: number, { line, column }: Place): Place | undefined {
    const { line: first, column: indent } = this.at(start);
    if (type === 'BLOCK_LITERAL') {
      const shown = this.text.split('\n')[first + line - 1] ?? '';
      const own = String(value).split('\n')[line - 1] ?? '';
      return { line: first + line, column: shown.trimEnd().length - own.trimEnd().length + column };
    }
    if (line !== 1 || source !== value || type === 'BLOCK_FOLDED') return undefined;
    return { line: first, column: indent + (type === 'PLAIN' ? 0 : 1) + column - 1 };
  }

  private at(offset: number): Place {
    const { line, col } = this.lines.linePos(offset);
    return { line, column: col };
  }
}

function childOf(node: Node | null, name: string): Node | null {
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === name);
    return (pair?.value ?? pair?.key ?? null) as Node | null;
  }
  if (isSeq(node)) return (node.items[Number(name)] ?? null) as Node | null;
  return null;
}
