import type { ASTNode, ParseResult } from '@marcbachmann/cel-js';
import { ATTRIBUTES, type Attributes } from './attributes.js';
import { toldBy } from './cel-errors.js';
import { shortcutFor, type Shortcut } from './shortcut.js';

/** A part of a condition that is true, false or an error by itself. */
export class Term {
  readonly text: string;
  readonly #program: ParseResult;
  readonly #shortcut: Shortcut | null;

  /** @param program has passed the type check */
  constructor(text: string, program: ParseResult) {
    this.text = text;
    this.#program = program;
    this.#shortcut = shortcutFor(program.ast);
  }

  /** @returns true, false, or what went wrong; anything but exactly true and false is wrong */
  evaluate(attributes: Attributes): boolean | string {
    try {
      const result: unknown = this.#shortcut?.(attributes) ?? this.#program(attributes);
      return result === true || result === false ? result : 'its result is neither true nor false';
    } catch (error) {
      return toldBy(error);
    }
  }
}

/** Policies have many terms in common; each is compiled and kept once. */
export class TermTable {
  readonly #terms = new Map<string, Term | null>();

  /** The operands of the outermost `&&` or `||` of a condition that has passed the type check, or all of it as one. */
  split(text: string, program: ParseResult): readonly Term[] {
    const { ast } = program;
    if (ast.op === '&&' || ast.op === '||') {
      const terms = operandsOf(ast, ast.op).map(({ start, end }) => this.#find(text.slice(start, end)));
      if (terms.every((term) => term !== null)) return terms;
    }
    return [new Term(text.trim(), program)];
  }

  #find(text: string): Term | null {
    const known = this.#terms.get(text);
    if (known !== undefined) return known;
    const program = ATTRIBUTES.parse(text);
    const term = program.check().valid ? new Term(text, program) : null;
    this.#terms.set(text, term);
    return term;
  }
}

function operandsOf(node: ASTNode, op: '&&' | '||'): ASTNode[] {
  if (node.op !== op) return [node];
  const [left, right] = node.args;
  return [...operandsOf(left, op), ...operandsOf(right, op)];
}
