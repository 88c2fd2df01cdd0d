/** What messaging needs of a logger: fields first, then a constant message, as pino takes them. */
export interface Logger {
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}

const ignore = (): void => undefined;

/** Says nothing: the default. */
export const SILENT_LOGGER: Logger = { info: ignore, warn: ignore, error: ignore };

type Fields = Record<string, unknown>;

const limitedOnes = new WeakSet<Logger>([SILENT_LOGGER]);

/**
 * At most one line per level, message and interval. Of what was held back the last is said when the interval is over, with how many more
 * there were in `suppressed`. An outage then costs a line a second instead of a line per attempt, and hides nothing else. One that is
 * limited already is given back as it is: those who share it are limited together.
 *
 * @param after calls once after so many milliseconds; what waits for that must keep no process alive
 */
export function rateLimitedLogger(
  logger: Logger,
  intervalMs = 1_000,
  after: (ms: number, call: () => void) => unknown = (ms, call) => setTimeout(call, ms).unref(),
): Logger {
  if (limitedOnes.has(logger)) return logger;
  const limited = (level: keyof Logger): Logger[typeof level] => {
    /** By the messages of this interval, what was held back. */
    const spoken = new Map<string, { fields: Fields; count: number }>();
    const speak = (fields: Fields, message: string): void => {
      const held = { fields, count: 0 };
      spoken.set(message, held);
      after(intervalMs, () => {
        spoken.delete(message);
        const { fields: last, count } = held;
        if (count > 0) speakAlone(count > 1 ? { ...last, suppressed: count - 1 } : last, message);
      });
      logger[level](fields, message);
    };
    const speakAlone: typeof speak = (fields, message) => {
      try {
        speak(fields, message);
      } catch {
        // There is nobody to tell, and a logger is no reason to end a process.
      }
    };
    return (fields, message) => {
      const held = spoken.get(message);
      if (!held) return speak(fields, message);
      held.fields = fields;
      held.count += 1;
    };
  };
  const result = { info: limited('info'), warn: limited('warn'), error: limited('error') };
  limitedOnes.add(result);
  return result;
}

/** The message only: a Redis error object also carries the command's arguments, and AUTH's argument is a password. */
export const errorText = (error: unknown): string => (error instanceof Error ? error.message : String(error));
