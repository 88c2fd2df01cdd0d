import { Option } from 'commander';

/** How a command tells what it found. */
export type OutputFormat = 'text' | 'json';

export const OUTPUT_OPTION = new Option('-o, --output <format>').choices(['text', 'json']).default('text');

/** Prints a result: as JSON, or as the lines of its text. */
export function tell(format: OutputFormat, result: object, text: readonly string[]): void {
  process.stdout.write(format === 'json' ? `${JSON.stringify(result, null, 2)}\n` : `${text.join('\n')}\n`);
}

/** @returns the rows as lines whose columns stand under each other */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>(
    (most, row) => row.map((cell, index) => Math.max(most[index] ?? 0, cell.length)),
    [],
  );
  return rows.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** "1 policy", "2 policies" */
export const count = (number: number, one: string, many: string): string => `${number} ${number === 1 ? one : many}`;

/** Text that came from anybody, on one line and without characters a terminal would obey. */
export const printable = (text: string): string =>
  text.replace(/\p{Cc}/gu, (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`);
