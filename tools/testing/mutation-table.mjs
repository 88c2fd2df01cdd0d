import path from 'node:path';

const KILLED = ['Killed', 'Timeout', 'RuntimeError'];
const SURVIVED = ['Survived', 'NoCoverage'];

/** The text of a file between two places, as Stryker counts: both from 1. */
function textAt(source, { start, end }) {
  const lines = source.split('\n').slice(start.line - 1, end.line);
  lines.push(lines.pop().slice(0, end.column - 1));
  return [lines[0].slice(start.column - 1), ...lines.slice(1)].join('\n');
}

const oneLine = (text) => text.replaceAll(/\s+/g, ' ');

/** Every change of a file that was tried: where, what stood there, what stood there instead. */
const changesIn = ([file, { source, mutants }]) =>
  mutants.map(({ status, location, replacement }) => ({
    file: path.basename(file),
    line: location.start.line,
    status,
    was: oneLine(textAt(source, location)),
    became: oneLine(replacement ?? ''),
  }));

const isSame = (a, b) => a.file === b.file && a.was === b.was && a.became === b.became;

/**
 * What came of changing code, as lines of text.
 * @param files of Stryker's report
 * @param equivalents changes that change nothing, with the reason; each in one of the files has to be one that survived
 * @param least share of the others that has to be noticed in each file, 0 to 1
 * @returns `faults` is 0 when it was enough
 */
export function mutationTable(files, equivalents, least) {
  const changes = Object.entries(files).flatMap(changesIn);
  if (changes.length === 0) return { lines: ['nothing was changed: there is no such file to change'], faults: 1 };
  const survivors = changes.filter(({ status }) => SURVIVED.includes(status));
  const isEquivalent = (change) => equivalents.some((one) => isSame(one, change));
  const unnoticed = survivors.filter((change) => !isEquivalent(change));
  const names = [...new Set(changes.map(({ file }) => file))];
  const idle = equivalents.filter(
    (one) => names.includes(one.file) && !survivors.some((change) => isSame(one, change)),
  );
  const inFile = (name) => changes.filter(({ file }) => file === name);
  const short = names.filter((name) => shareOfNoticed(inFile(name), unnoticed) < least);
  const lines = names.map((name) => `${name}: ${shareOf(inFile(name), unnoticed)}`);
  lines.push(`all: ${shareOf(changes, unnoticed)}, at least ${percent(least)} of each file is asked for`);
  for (const { file, line, was, became } of unnoticed)
    lines.push(`no test notices ${file}:${line}: \`${was}\` became \`${became}\``);
  for (const { file, was, became } of idle)
    lines.push(`listed as equivalent, and is none: ${file}: \`${was}\` became \`${became}\``);
  return { lines, faults: idle.length + short.length };
}

const noticed = (changes) => changes.filter(({ status }) => KILLED.includes(status)).length;

function shareOfNoticed(changes, unnoticed) {
  const killed = noticed(changes);
  const left = changes.filter((change) => unnoticed.includes(change)).length;
  return killed + left === 0 ? 1 : killed / (killed + left);
}

function shareOf(changes, unnoticed) {
  const left = changes.filter((change) => unnoticed.includes(change)).length;
  const slow = changes.filter(({ status }) => status === 'Timeout').length;
  const byTime = slow === 0 ? '' : ` (${slow} by taking too long)`;
  return `${noticed(changes)} of ${noticed(changes) + left} changes noticed${byTime}, ${percent(shareOfNoticed(changes, unnoticed))}`;
}

const percent = (share) => `${(share * 100).toFixed(1)} %`;
