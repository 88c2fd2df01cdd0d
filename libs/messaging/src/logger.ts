/** What messaging needs of a logger: fields first, then a constant message, as pino takes them. */
export interface Logger {
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}

const ignore = (): void => undefined;

/** Says nothing: the default. */
export const SILENT_LOGGER: Logger = { info: ignore, warn: ignore, error: ignore };

const limitedOnes = new WeakSet<Logger>();

/**
 * At most one line per level, message and interval; the next line that passes says in `suppressed` how many did not. An outage then costs
 * a line a second instead of a line per attempt, and hides nothing else. One that is limited already is given back as it is: those who
 * share it are limited together.
 *
 * @param now milliseconds of a clock that nobody sets
 */
export function rateLimitedLogger(
  logger: Logger,
  intervalMs = 1_000,
  now: () => number = () => performance.now(),
): Logger {
  if (limitedOnes.has(logger)) return logger;
  const limited = (level: keyof Logger): Logger[typeof level] => {
    // Messages are constants, so these are few.
    const spoken = new Map<string, { last: number; suppressed: number }>();
    return (fields, message) => {
      const { last, suppressed } = spoken.get(message) ?? { last: -Infinity, suppressed: 0 };
      const at = now();
      if (at - last < intervalMs) {
        spoken.set(message, { last, suppressed: suppressed + 1 });
        return;
      }
      spoken.set(message, { last: at, suppressed: 0 });
      logger[level](suppressed > 0 ? { ...fields, suppressed } : fields, message);
    };
  };
  const result = { info: limited('info'), warn: limited('warn'), error: limited('error') };
  limitedOnes.add(result);
  return result;
}

/** The message only: a Redis error object also carries the command's arguments, and AUTH's argument is a password. */
export const errorText = (error: unknown): string => (error instanceof Error ? error.message : String(error));
