/** What is said of a row: the same call with right credentials has to have worked before and after the attempts. */
function controlOf({ before, after }) {
  if (before && after) return 'before, after';
  return before ? 'MISSING after' : after ? 'MISSING before' : 'MISSING';
}

/**
 * The table of a run. A row without an attempt or without both of its controls proves nothing and counts as a fault; so does having no
 * rows at all.
 * @param rows as `e2e/security/risk.ts` writes them
 * @returns `{lines, faults}`
 */
export function riskTable(rows) {
  const faulty = rows.filter(
    ({ attempts, breaches, before, after }) => attempts === 0 || breaches > 0 || !before || !after,
  );
  const texts = [
    ['risk', 'attempts', 'breaches', 'positive control'],
    ...rows.map((row) => [row.risk, String(row.attempts), String(row.breaches), controlOf(row)]),
  ];
  const widths = texts[0].map((_, column) => Math.max(...texts.map((row) => row[column].length)));
  const lineOf = ([risk, attempts, breaches, control]) =>
    `  ${risk.padEnd(widths[0])}  ${attempts.padStart(widths[1])}  ${breaches.padStart(widths[2])}  ${control}`;
  const [head, ...body] = texts.map(lineOf);
  return {
    lines: [head, `  ${'-'.repeat(widths.reduce((sum, width) => sum + width, 6))}`, ...body],
    faults: rows.length === 0 ? 1 : faulty.length,
  };
}
