import type { ASTNode, Environment, ParseResult } from '@marcbachmann/cel-js';
import { type Attributes, LIMITS } from './attributes.js';
import { objectionsTo } from './condition-rules.js';
import { growthOf, isTooMuch, type Growth } from './loops.js';
import { positionOf } from './syntax.js';

/** Something wrong with the text of a condition; lines and columns count from 1. */
export interface ConditionFault {
  detail: string;
  line: number;
  column: number;
}

export type CompiledCondition = { condition: Condition; faults: [] } | { condition: null; faults: ConditionFault[] };

const LONGEST_DETAIL = 200;

/** Parses, type-checks and looks over a condition. Never throws. */
export function compileCondition(environment: Environment, text: string): CompiledCondition {
  if (isOversize(text)) return refused(text, 0, `the condition is longer than ${LIMITS.bytes} bytes`);
  try {
    const program = environment.parse(text);
    const objections = objectionsTo(program.ast);
    if (objections.length > 0)
      return {
        condition: null,
        faults: objections.map(({ offset, detail }) => ({ detail, ...positionOf(text, offset) })),
      };
    const checked = program.check();
    if (!checked.valid) return refused(text, offsetIn(checked.error), inHouseStyle(checked.error));
    if (checked.type !== 'bool' && checked.type !== 'dyn')
      return refused(text, program.ast.start, `the condition is of type \`${checked.type}\`, not \`bool\``);
    return { condition: new Condition(environment, text, program), faults: [] };
  } catch (error) {
    return refused(text, offsetIn(error), inHouseStyle(error));
  }
}

/** A condition ready to be evaluated. Its terms are the parts of its outermost `&&` or `||`, so that an answer can say which decided. */
export class Condition {
  /** Whether all terms have to be true, or one of them. */
  readonly needsAll: boolean;
  readonly terms: readonly string[];
  readonly #programs: readonly ParseResult[];
  readonly #growth: Growth | null;
  /** Index of the term that decided the last evaluation; -1 when all of them together did. */
  #decidedBy = -1;

  constructor(environment: Environment, text: string, program: ParseResult) {
    const split = splitTerms(environment, text, program);
    this.needsAll = program.ast.op !== '||';
    this.terms = split.map((term) => term.text);
    this.#programs = split.map((term) => term.program);
    this.#growth = growthOf(program.ast);
  }

  /**
   * Exactly as CEL says for `&&` and `||`: a false, or a true, decides whatever the other terms are; else an error does.
   * @returns true, false, or what went wrong
   */
  evaluate(attributes: Attributes): boolean | string {
    const deciding = !this.needsAll;
    this.#decidedBy = -1;
    let error: string | undefined;
    if (this.#growth !== null) {
      const excess = this.#excess(attributes, this.#growth);
      if (excess !== undefined) return excess;
    }
    for (let index = 0; index < this.#programs.length; index++) {
      const result = evaluateTerm(this.#programs[index] as ParseResult, attributes);
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
    const term = this.terms[this.#decidedBy];
    return term === undefined ? this.terms : [term];
  }

  /** Each term by itself. */
  evaluateTerms(attributes: Attributes): { term: string; result: boolean | string }[] {
    const excess = this.#growth === null ? undefined : this.#excess(attributes, this.#growth);
    return this.terms.map((term, index) => ({
      term,
      result: excess ?? evaluateTerm(this.#programs[index] as ParseResult, attributes),
    }));
  }

  #excess(attributes: Attributes, growth: Growth): string | undefined {
    try {
      return isTooMuch(growth, attributes.dataSize) ? 'there is too much data for its loops' : undefined;
    } catch (error) {
      return inHouseStyle(error);
    }
  }
}

function evaluateTerm(program: ParseResult, attributes: Attributes): boolean | string {
  try {
    const result: unknown = program(attributes);
    return result === true || result === false ? result : 'its result is neither true nor false';
  } catch (error) {
    return inHouseStyle(error);
  }
}

function splitTerms(
  environment: Environment,
  text: string,
  program: ParseResult,
): { text: string; program: ParseResult }[] {
  const whole = [{ text: text.trim(), program }];
  const { op } = program.ast;
  if (op !== '&&' && op !== '||') return whole;
  const split = operandsOf(program.ast, op).map(({ start, end }) => {
    const term = text.slice(start, end);
    const part = environment.parse(term);
    return { text: term, program: part, valid: part.check().valid };
  });
  return split.every(({ valid }) => valid) ? split : whole;
}

function operandsOf(node: ASTNode, op: '&&' | '||'): ASTNode[] {
  if (node.op !== op) return [node];
  const [left, right] = node.args;
  return [...operandsOf(left, op), ...operandsOf(right, op)];
}

/** UTF-8, without an encoder: pure code has none. */
function isOversize(text: string): boolean {
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

function offsetIn(error: unknown): number {
  const range = (error as { range?: { start?: number } } | undefined)?.range;
  return range?.start ?? 0;
}

/** The library's messages as our own: one short line, lower case. */
function inHouseStyle(error: unknown): string {
  if (error instanceof RangeError && /call stack/i.test(error.message)) return 'it is nested too deeply';
  const { summary, message } = (error ?? {}) as { summary?: string; message?: string };
  const line = (summary ?? message ?? String(error)).split('\n')[0] ?? '';
  const short = line.length > LONGEST_DETAIL ? `${line.slice(0, LONGEST_DETAIL)}…` : line;
  return short.charAt(0).toLowerCase() + short.slice(1);
}
