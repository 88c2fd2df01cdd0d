const SIGNS = { passed: '✓', failed: '✗', skipped: '–' };

/** The results as lines of text. */
export function tableOf(results) {
  const width = Math.max(...results.map(({ name }) => name.length));
  const rows = results.map(
    ({ number, name, outcome, detail }) =>
      `  ${String(number).padStart(2)}  ${SIGNS[outcome]}  ${name.padEnd(width)}  ${outcome === 'skipped' ? `not looked at: ${detail}` : detail}`,
  );
  const count = (wanted) => results.filter(({ outcome }) => outcome === wanted).length;
  const skipped = count('skipped');
  const summary = `${count('passed')} of ${results.length} points hold, ${count('failed')} do not${skipped > 0 ? `, ${skipped} were not looked at` : ''}`;
  return [...rows, '', `  ${summary}`].join('\n');
}
