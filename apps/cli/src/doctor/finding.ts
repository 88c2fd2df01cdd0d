/** `ok` ✓, `warning` ! (works, but look at it), `failed` ✗ (does not work, or loses something), `skipped` – (nothing to look at). */
export type FindingStatus = 'ok' | 'warning' | 'failed' | 'skipped';

/** One line of the doctor's report. */
export interface Finding {
  readonly group: string;
  readonly name: string;
  readonly status: FindingStatus;
  readonly detail: string;
  /** What to do about it. */
  readonly hint?: string;
}

/** Makes the findings of one group. */
export const findingsOf =
  (group: string) =>
  (status: FindingStatus, name: string, detail: string, hint?: string): Finding => ({
    group,
    name,
    status,
    detail,
    ...(hint !== undefined && { hint }),
  });

const MARKS: Record<FindingStatus, string> = { ok: '✓', warning: '!', failed: '✗', skipped: '–' };

/** The report as a person reads it. */
export function reportText(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ name }) => name.length));
  const lines: string[] = [];
  for (const [group, each] of Map.groupBy(findings, (finding) => finding.group)) {
    lines.push('', group);
    for (const { status, name, detail, hint } of each) {
      lines.push(`  ${MARKS[status]} ${name.padEnd(width)}  ${detail}`);
      if (hint !== undefined) lines.push(`    ${' '.repeat(width)}  → ${hint}`);
    }
  }
  const count = (status: FindingStatus): number => findings.filter((finding) => finding.status === status).length;
  lines.push('', `${count('ok')} ✓  ${count('warning')} !  ${count('failed')} ✗`);
  return lines.join('\n');
}
