const LEVELS = { 10: 'TRACE', 20: 'DEBUG', 30: 'INFO', 40: 'WARN', 50: 'ERROR', 60: 'FATAL' };
const COLORS = { 40: 33, 50: 31, 60: 31 };
const HIDDEN = new Set(['level', 'time', 'pid', 'hostname', 'msg', 'service', 'v']);

const parse = (line) => {
  if (!line.startsWith('{')) return undefined;
  try {
    const entry = JSON.parse(line);
    return typeof entry.level === 'number' ? entry : undefined;
  } catch {
    return undefined;
  }
};

/** The level of a log line as pino numbers it (40: warning); anything that is no log line counts as a warning. */
export const levelOf = (line) => parse(line)?.level ?? 40;

/** A service's JSON log line as a person at a terminal reads it; other lines stay as they are. */
export function readable(line) {
  const entry = parse(line);
  if (!entry) return line;
  const time = new Date(entry.time).toTimeString().slice(0, 8);
  const level = (LEVELS[entry.level] ?? String(entry.level)).padEnd(5);
  const color = COLORS[entry.level];
  const fields = Object.entries(entry).filter(([name]) => !HIDDEN.has(name));
  const shown = fields
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
  const text = `${time} ${level} ${(entry.service ?? '').padEnd(12)} ${entry.msg ?? ''} ${shown}`.trimEnd();
  return color ? `\x1b[${color}m${text}\x1b[0m` : text;
}
