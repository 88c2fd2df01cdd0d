import type { ASTNode } from '@marcbachmann/cel-js';
import { ATTRIBUTES, type Attributes, LIMITS } from './attributes.js';
import { offsetOf, toldBy } from './cel-errors.js';
import { isTruth } from './condition-faults.js';
import { objectionsTo } from './condition-rules.js';
import { growthOf, isTooMuch, type Growth } from './loops.js';
import { mayCall, positionOf } from './syntax.js';
import { Term, TermTable } from './term.js';
import { typeCheck } from './type-check.js';

/** Something wrong with the text of a condition; lines and columns count from 1. */
export interface ConditionFault {
  detail: string;
  line: number;
  column: number;
}

export type CompiledCondition =
  { condition: Condition; faults: [] } | { condition: null; faults: [ConditionFault, ...ConditionFault[]] };

/**
 * Parses, type-checks and looks over a condition. Never throws.
 * @param terms shares what conditions have in common
 */
export function compileCondition(text: string, terms = new TermTable()): CompiledCondition {
  if (typeof text !== 'string') return refused('', 0, 'the condition is no text');
  if (isOversize(text)) return refused(text, 0, `the condition is longer than ${LIMITS.bytes} bytes`);
  try {
    const program = ATTRIBUTES.parse(text);
    const known = terms.split(text, program.ast);
    if (known !== null) return { condition: new Condition(program.ast, known), faults: [] };
    const { type, faults } = typeCheck(ATTRIBUTES, text, program, objectionsTo(text, program.ast));
    const [first, ...others] = faults.map(({ offset, detail }) => ({ detail, ...positionOf(text, offset) }));
    if (first !== undefined) return { condition: null, faults: [first, ...others] };
    if (!isTruth(type)) return refused(text, program.ast.start, `the condition is of type \`${type}\`, not \`bool\``);
    const own = terms.split(text, program.ast) ?? [new Term(text.trim(), program)];
    return { condition: new Condition(program.ast, own), faults: [] };
  } catch (error) {
    return refused(text, offsetOf(error), toldBy(error));
  }
}

/** A condition ready to be evaluated. Its terms are the parts of its outermost `&&` or `||`, so that an answer can say which decided. */
export class Condition {
  /** Whether all terms have to be true, or one of them. */
  readonly needsAll: boolean;
  readonly #terms: readonly Term[];
  /** Made when first asked for: of most policies nobody ever asks. */
  #texts: readonly string[] | null = null;
  readonly #growth: Growth | null;
  /** Index of the term that decided the last evaluation; -1 when all of them together did. */
  #decidedBy = -1;

  constructor(ast: ASTNode, terms: readonly Term[]) {
    this.needsAll = ast.op !== '||';
    this.#terms = terms;
    this.#growth = terms.some(({ text }) => mayCall(text)) ? growthOf(ast) : null;
  }

  /**
   * Exactly as CEL says for `&&` and `||`: a false, or a true, decides whatever the other terms are; else an error does.
   * @returns true, false, or what went wrong
   */
  evaluate(attributes: Attributes): boolean | string {
    const deciding = !this.needsAll;
    this.#decidedBy = -1;
    let error = this.#growth === null ? undefined : excess(attributes, this.#growth);
    if (error !== undefined) return error;
    for (let index = 0; index < this.#terms.length; index++) {
      const result = (this.#terms[index] as Term).evaluate(attributes);
      if (result === deciding) {
        this.#decidedBy = index;
        return result;
      }
      if (typeof result === 'string') error ??= result;
    }
    return error ?? !deciding;
  }

  /** The terms that made the evaluation just done come to its result; none when it was an error. */
  decidingTerms(result: boolean | string): readonly string[] {
    if (typeof result === 'string') return [];
    const term = this.#terms[this.#decidedBy];
    return term ? [term.text] : (this.#texts ??= this.#terms.map(({ text }) => text));
  }

  /** Its terms, as they were read. */
  get parts(): ASTNode[] {
    return this.#terms.map(({ ast }) => ast);
  }

  /** Each term by itself. */
  evaluateTerms(attributes: Attributes): { term: string; result: boolean | string }[] {
    const tooMuch = this.#growth === null ? undefined : excess(attributes, this.#growth);
    return this.#terms.map((term) => ({ term: term.text, result: tooMuch ?? term.evaluate(attributes) }));
  }
}

function excess(attributes: Attributes, growth: Growth): string | undefined {
  try {
    return isTooMuch(growth, attributes.dataSize) ? 'there is too much data for its loops' : undefined;
  } catch (error) {
    return toldBy(error);
  }
}

/** Of UTF-8, for one code unit of a text. */
const MOST_BYTES_OF_A_UNIT = 3;

/** UTF-8, without an encoder: pure code has none. */
function isOversize(text: string): boolean {
  if (text.length * MOST_BYTES_OF_A_UNIT <= LIMITS.bytes) return false;
  if (text.length > LIMITS.bytes) return true;
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes > LIMITS.bytes;
}

function refused(text: string, offset: number, detail: string): CompiledCondition {
  return { condition: null, faults: [{ detail, ...positionOf(text, offset) }] };
}
