import type { PolicyFault } from './policy.js';

type Members = Record<string, unknown>;

/** Reads one object of a document: collects every fault with its pointer, and gives what is good. */
export class DocumentReader {
  readonly #members: Members;
  readonly #pointer: string;
  readonly #faults: PolicyFault[];

  private constructor(members: Members, pointer: string, faults: PolicyFault[]) {
    this.#members = members;
    this.#pointer = pointer;
    this.#faults = faults;
  }

  /** null, with a fault, when the value is no object. Members outside `known` are faults. */
  static open(value: unknown, pointer: string, faults: PolicyFault[], known: readonly string[]): DocumentReader | null {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      faults.push({ pointer, detail: value === undefined ? 'is missing' : 'must be an object' });
      return null;
    }
    const reader = new DocumentReader(value as Members, pointer, faults);
    for (const name of Object.keys(value))
      if (!known.includes(name)) reader.fault(name, `is not known here; there are ${known.join(', ')}`);
    return reader;
  }

  /** Own members only. */
  value(name: string): unknown {
    return Object.hasOwn(this.#members, name) ? this.#members[name] : undefined;
  }

  has(name: string): boolean {
    return this.value(name) !== undefined;
  }

  fault(name: string, detail: string, position: { line?: number; column?: number } = {}): void {
    this.#faults.push({ pointer: this.pointerTo(name), detail, ...position });
  }

  /** Of an element of a list. */
  faultAt(name: string, position: number, detail: string): void {
    this.#faults.push({ pointer: `${this.pointerTo(name)}/${position}`, detail });
  }

  pointerTo(name: string): string {
    return `${this.#pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  }

  open(name: string, known: readonly string[]): DocumentReader | null {
    return DocumentReader.open(this.value(name), this.pointerTo(name), this.#faults, known);
  }

  /** One of some words. */
  word<Word extends string>(name: string, words: readonly Word[], fallback?: Word): Word | undefined {
    const value = this.value(name);
    if (value === undefined && fallback !== undefined) return fallback;
    const word = words.find((one) => one === value);
    if (word === undefined) this.fault(name, value === undefined ? 'is missing' : `must be ${oneOf(words)}`);
    return word;
  }

  /** A text of 1 to `longest` characters. */
  text(name: string, longest: number): string | undefined {
    const value = this.value(name);
    if (typeof value === 'string' && value !== '' && charactersIn(value) <= longest) return value;
    this.fault(name, value === undefined ? 'is missing' : `must be a text of 1 to ${longest} characters`);
    return undefined;
  }

  whole(name: string, least: number, most: number, fallback: number): number {
    const value = this.has(name) ? this.value(name) : fallback;
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
    this.fault(name, `must be a whole number from ${least} to ${most}`);
    return fallback;
  }

  /** A list, not empty, of texts that `accept` finds nothing wrong with. */
  texts(name: string, most: number, accept: (text: string) => string | null, fallback?: string[]): string[] {
    const value = this.value(name);
    if (value === undefined && fallback) return fallback;
    if (!Array.isArray(value) || value.length === 0 || value.length > most) {
      this.fault(name, value === undefined ? 'is missing' : `must be a list of 1 to ${most} texts`);
      return [];
    }
    value.forEach((text: unknown, position) => {
      const detail = typeof text === 'string' ? accept(text) : 'must be a text';
      if (detail !== null) this.faultAt(name, position, detail);
    });
    return value.filter((text): text is string => typeof text === 'string');
  }
}

/** As Unicode counts them, and JSON Schema: one outside the basic plane is one. */
export const charactersIn = (text: string): number => {
  let pairs = 0;
  for (let index = 0; index < text.length; index++) if ((text.codePointAt(index) ?? 0) > 0xffff) pairs += 1;
  return text.length - pairs;
};

function oneOf(words: readonly string[]): string {
  const quoted = words.map((word) => `\`${word}\``);
  return quoted.length === 1 ? (quoted[0] ?? '') : `one of ${quoted.join(', ')}`;
}
