import type { ASTNode, ParseResult } from '@marcbachmann/cel-js';
import { ATTRIBUTES, type Attributes } from './attributes.js';
import { toldBy } from './cel-errors.js';
import { isTruth } from './condition-faults.js';
import { objectionsTo } from './condition-rules.js';
import { shortcutFor, type Shortcut } from './shortcut.js';
import { isSame } from './syntax.js';
import { typeCheck } from './type-check.js';

/** A part of a condition that is true, false or an error by itself. */
export class Term {
  readonly text: string;
  readonly ast: ASTNode;
  readonly #program: ParseResult;
  readonly #shortcut: Shortcut | null;

  /** @param program has passed the type check */
  constructor(text: string, program: ParseResult) {
    this.text = text;
    this.ast = program.ast;
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

/** Policies have many terms in common; each is compiled, checked and kept once. */
export class TermTable {
  readonly #terms = new Map<string, Term | null>();

  /**
   * The operands of the outermost `&&` or `||` of a condition. With each of them, the condition has passed all checks: nothing in one
   * operand changes what another one means.
   * @returns null when it has none, or one that is refused or cannot be told from the others
   */
  split(text: string, ast: ASTNode): readonly Term[] | null {
    if (ast.op !== '&&' && ast.op !== '||') return null;
    const terms = operandsOf(ast, ast.op).map((operand) => this.#termOf(text, operand));
    return terms.every((term) => term !== null) ? terms : null;
  }

  /** The library's positions leave out parentheses at the edges of an expression: they are put back until it reads as before. */
  #termOf(text: string, operand: ASTNode): Term | null {
    const asSaid = this.#same(text.slice(operand.start, operand.end), operand);
    if (asSaid) return asSaid;
    for (const [start, end] of rangesAround(text, operand)) {
      const term = this.#same(text.slice(start, end), operand);
      if (term) return term;
    }
    return null;
  }

  #same(text: string, operand: ASTNode): Term | null {
    const term = this.#find(text);
    return term !== null && isSame(term.ast, operand) ? term : null;
  }

  #find(text: string): Term | null {
    let term = this.#terms.get(text);
    if (term === undefined) this.#terms.set(text, (term = compileTerm(text)));
    return term;
  }
}

function compileTerm(text: string): Term | null {
  try {
    const program = ATTRIBUTES.parse(text);
    const { type, faults } = typeCheck(ATTRIBUTES, text, program, objectionsTo(text, program.ast));
    return faults.length === 0 && isTruth(type) ? new Term(text, program) : null;
  } catch {
    return null;
  }
}

function operandsOf(node: ASTNode, op: '&&' | '||', found: ASTNode[] = []): ASTNode[] {
  if (node.op !== op) found.push(node);
  else for (const operand of node.args) operandsOf(operand, op, found);
  return found;
}

/** With up to so many parentheses on each side more than the library says. */
const MOST_PARENTHESES = 3;

function rangesAround(text: string, { start, end }: ASTNode): [number, number][] {
  const starts = [start];
  for (let at = start - 1; starts.length <= MOST_PARENTHESES && /[\s(]/.test(text[at] ?? ''); at--)
    if (text[at] === '(') starts.push(at);
  const ends = [end];
  for (let at = end; ends.length <= MOST_PARENTHESES && /[\s)]/.test(text[at] ?? ''); at++)
    if (text[at] === ')') ends.push(at + 1);
  return starts.flatMap((from) => ends.map((to): [number, number] => [from, to]));
}
