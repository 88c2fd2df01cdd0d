/**
 * Prints rows under a header, the first column to the left and numbers to the right.
 * @param header an array of words; `rows` are arrays of the same length
 */
export function printTable(header, rows) {
  const texts = [header, ...rows].map((row) => row.map(String));
  const widths = header.map((_, column) => Math.max(...texts.map((row) => row[column].length)));
  const line = (row) =>
    row.map((text, column) => (column === 0 ? text.padEnd(widths[0]) : text.padStart(widths[column]))).join('  ');
  const [head, ...body] = texts.map(line);
  console.log(`\n  ${head}\n  ${'-'.repeat(head.length)}`);
  for (const row of body) console.log(`  ${row}`);
  console.log('');
}

/** 23456.7 as `23 457`. */
export const whole = (value) =>
  Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ' ');
export const fixed = (digits) => (value) => value.toFixed(digits);
