import type { RawEntry } from './replies.js';

/** About as many characters as one read of several streams should bring into memory. */
const READ_CHARACTERS = 16 * 1024 * 1024;
const FIRST_READ = 64;

/**
 * How many entries to ask for at once. Redis counts entries and not bytes, and an entry may have a thousand times the bytes of another:
 * the number follows from the size of those that came last, begins small and doubles at most.
 */
export class ReadSize {
  private next: number;

  constructor(
    private readonly most: number,
    private readonly characters = READ_CHARACTERS,
  ) {
    this.next = Math.min(FIRST_READ, most);
  }

  get entries(): number {
    return this.next;
  }

  /** What a read brought. */
  saw(entries: readonly RawEntry[]): void {
    if (entries.length === 0) return;
    const characters = entries.reduce((sum, { flat }) => sum + lengthOf(flat ?? []), 0);
    const fitting = Math.floor(this.characters / Math.max(1, characters / entries.length));
    this.next = Math.max(1, Math.min(this.most, fitting, this.next * 2));
  }
}

function lengthOf(texts: readonly string[]): number {
  let characters = 0;
  for (const text of texts) characters += text.length;
  return characters;
}
