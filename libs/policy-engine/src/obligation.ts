/** Levels a line can be logged with. */
export const LOG_LEVELS = ['info', 'warn', 'error'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** What has to be done with what an action is asked with, whether it is allowed or denied. */
export type Obligation = RedactObligation | LogObligation;

/** The value at a path is replaced by a mark wherever it is recorded or sent, and in what the action gets. */
export interface RedactObligation {
  type: 'redact';
  /** `context.` or `arguments.` and names of members; a list on the way stands for each of its elements. */
  path: string;
}

/** A line is written to the log of whoever acts. */
export interface LogObligation {
  type: 'log';
  level?: LogLevel;
  message?: string;
}

export const OBLIGATION_TYPES = ['redact', 'log'] as const;

/** Longest path, most names in it and most obligations of one policy. */
export const OBLIGATION_LIMITS = { path: 256, names: 8, message: 500, obligations: 20 };

/** No member that conditions refuse to see either. */
const NAME = String.raw`(?!(?:__proto__|constructor)(?:\.|$))[A-Za-z0-9_$-]+`;

export const REDACT_PATH = new RegExp(`^(?:context|arguments)(?:\\.${NAME}){1,${OBLIGATION_LIMITS.names}}$`);

const MEMBERS: Readonly<Record<Obligation['type'], readonly string[]>> = {
  redact: ['type', 'path'],
  log: ['type', 'level', 'message'],
};

/** Whether this is a path that can be redacted. */
export const isRedactPath = (path: unknown): path is string =>
  typeof path === 'string' && path.length <= OBLIGATION_LIMITS.path && REDACT_PATH.test(path);

/** Whether this release knows how an obligation is kept: its type, and all that it says. */
export function isKnownObligation(value: unknown): value is Obligation {
  if (typeof value !== 'object' || value === null) return false;
  const { type, path, level, message } = value as Partial<Record<string, unknown>>;
  if (type !== 'redact' && type !== 'log') return false;
  if (!Object.keys(value).every((member) => MEMBERS[type].includes(member))) return false;
  if (type === 'redact') return isRedactPath(path);
  return (
    (level === undefined || LOG_LEVELS.some((known) => known === level)) &&
    (message === undefined || typeof message === 'string')
  );
}

/** All of them in the order given, none twice. */
export function mergeObligations(lists: readonly (readonly Obligation[])[]): readonly Obligation[] {
  const merged = new Map<string, Obligation>();
  for (const list of lists)
    for (const obligation of list) {
      const name = nameOf(obligation);
      if (!merged.has(name)) merged.set(name, obligation);
    }
  return [...merged.values()];
}

/** Of one that is not known here all it says: somebody else may know it. */
function nameOf(obligation: Obligation): string {
  if (obligation.type === 'redact') return `redact ${obligation.path}`;
  if (!isKnownObligation(obligation)) return JSON.stringify(obligation);
  return `log ${obligation.level ?? 'info'} ${obligation.message ?? ''}`;
}
