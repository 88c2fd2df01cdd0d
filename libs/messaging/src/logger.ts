/** What messaging needs of a logger: fields first, then a constant message, as pino takes them. */
export interface Logger {
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}

const ignore = (): void => undefined;

/** Says nothing: the default. */
export const SILENT_LOGGER: Logger = { info: ignore, warn: ignore, error: ignore };

/**
 * At most one line per level and interval; the next line that passes says in `suppressed` how many did not.
 * An outage then costs a line a second instead of a line per attempt.
 */
export function rateLimitedLogger(logger: Logger, intervalMs = 1_000, now: () => number = Date.now): Logger {
  const limited = (level: keyof Logger): Logger[typeof level] => {
    let last = -Infinity;
    let suppressed = 0;
    return (fields, message) => {
      if (now() - last < intervalMs) {
        suppressed += 1;
        return;
      }
      last = now();
      logger[level](suppressed > 0 ? { ...fields, suppressed } : fields, message);
      suppressed = 0;
    };
  };
  return { info: limited('info'), warn: limited('warn'), error: limited('error') };
}

/** The message only: a Redis error object also carries the command's arguments, and AUTH's argument is a password. */
export const errorText = (error: unknown): string => (error instanceof Error ? error.message : String(error));
