const sum = (figures) => figures.reduce((total, figure) => total + figure, 0);
const longest = (figures) => Math.max(...figures);

/** The columns of each suite: how the figures of a row's runs become one, and what that may be at most. */
const SUITES = {
  events: [
    { name: 'events', of: sum },
    { name: 'lost', of: sum, most: 0 },
    { name: 'doubled', of: sum, most: 0 },
  ],
  policies: [
    { name: 'decisions', of: sum },
    { name: 'wrong', of: sum, most: 0 },
    { name: 'split ms', of: longest, most: 30_000 },
  ],
};

/** The `share` of sorted figures that are not above it, by the nearest rank. */
const percentile = (sorted, share) => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];

function recoveryOf(runs) {
  const times = runs.flatMap(({ recoveryMs }) => recoveryMs ?? []).sort((one, other) => one - other);
  return times.length === 0 ? '-' : `${Math.round(percentile(times, 0.5))} / ${Math.round(percentile(times, 0.99))}`;
}

/** @returns the cells of a fault, and whether it is as it should be */
function rowOf(fault, runs, columns, full) {
  const { cannot } = runs.find((run) => run.cannot !== undefined) ?? {};
  if (cannot !== undefined) return { cells: [fault, `cannot: ${cannot}`], isFaulty: full };
  const failed = runs.filter((run) => run.failed !== undefined).length;
  const done = runs.filter((run) => run.failed === undefined);
  const figures = columns.map(({ name, of, most }) => {
    const told = done.flatMap(({ counts }) => counts[name] ?? []);
    const figure = told.length === 0 ? undefined : of(told);
    return { text: figure === undefined ? '-' : String(Math.round(figure)), isOver: figure > most };
  });
  const runsText = failed === 0 ? String(runs.length) : `${runs.length} (${failed} FAILED)`;
  return {
    cells: [fault, runsText, ...figures.map(({ text }) => text), recoveryOf(done)],
    isFaulty: failed > 0 || figures.some(({ isOver }) => isOver),
  };
}

/**
 * The table of a run, a line for each fault in the order of its number.
 * @param rows as `e2e/faults/fault.ts` writes them
 * @param full whether a fault that could not be tried counts
 * @returns `{lines, faults}`; no rows at all is a fault too
 */
export function faultTable(rows, { full }) {
  const columns = SUITES[rows[0]?.suite] ?? [];
  const byFault = Map.groupBy(rows, ({ row, title }) => `${String(row).padStart(2)} ${title}`);
  const sorted = [...byFault].sort(([one], [other]) => (one < other ? -1 : 1));
  const body = sorted.map(([fault, runs]) => rowOf(fault, runs, columns, full));
  const head = ['fault', 'runs', ...columns.map(({ name }) => name), 'recovery ms p50 / p99'];
  const whole = body.filter(({ cells }) => cells.length === head.length);
  const widths = head.map((name, index) => Math.max(name.length, ...whole.map(({ cells }) => cells[index].length)));
  widths[0] = Math.max(widths[0], ...body.map(({ cells: [fault] }) => fault.length));
  const lineOf = ({ cells: [fault, ...rest] }) => {
    const padded = rest.length === 1 ? rest : rest.map((cell, index) => cell.padStart(widths[index + 1]));
    return `  ${[fault.padEnd(widths[0]), ...padded].join('  ')}`;
  };
  return {
    lines: [
      lineOf({ cells: head }),
      `  ${'-'.repeat(widths.reduce((total, width) => total + width + 2, -2))}`,
      ...body.map(lineOf),
    ],
    faults: rows.length === 0 ? 1 : body.filter(({ isFaulty }) => isFaulty).length,
  };
}
