const LEVELS = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, fatal: 60 };
const COLORS = { warn: 33, error: 31, fatal: 31 };
const HIDDEN = new Set(['level', 'time', 'pid', 'hostname', 'msg', 'service', 'v']);

/** The entry a service's log line holds; undefined when it is none of its logger's. */
export function logEntry(line) {
  if (!line.startsWith('{')) return undefined;
  try {
    const entry = JSON.parse(line);
    return Object.hasOwn(LEVELS, entry.level) ? entry : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the line matters to somebody who is not looking for it: a warning, an error, and anything that is no log line. */
export const isWarning = (line) => LEVELS[logEntry(line)?.level ?? 'warn'] >= LEVELS.warn;

const isError = (value) => typeof value?.stack === 'string';

function shown([name, value]) {
  if (isError(value)) return `${name}=${value.message}`;
  return `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`;
}

const indented = (text) => text.replaceAll(/^/gm, '    ');

/**
 * A service's JSON log line as a person at a terminal reads it, the stack of an error below it; other lines stay as they are.
 * @param {string} line
 * @param {{colors?: boolean}} options
 */
export function readable(line, { colors = false } = {}) {
  const entry = logEntry(line);
  if (!entry) return line;
  const time = new Date(entry.time).toTimeString().slice(0, 8);
  const fields = Object.entries(entry).filter(([name]) => !HIDDEN.has(name));
  const start = `${time} ${entry.level.toUpperCase().padEnd(5)} ${(entry.service ?? '').padEnd(12)}`;
  const text = [start, entry.msg, ...fields.map(shown)].filter(Boolean).join(' ');
  const stacks = fields.filter(([, value]) => isError(value)).map(([, { stack }]) => `\n${indented(stack)}`);
  const color = colors && COLORS[entry.level];
  return `${color ? `\x1b[${color}m${text}\x1b[0m` : text}${stacks.join('')}`;
}
