import { withoutSecrets } from '@agion/wire';
import pino, { type Logger } from 'pino';

export interface LoggerOptions {
  service: string;
  level: string;
  /** Default: standard output, line by line. */
  stream?: pino.DestinationStream;
}

/** JSON lines with a constant message and fields. Secrets are cut out by name of the field and, in every line, by what they look like. */
export function createLogger({ service, level, stream }: LoggerOptions): Logger {
  return pino(
    {
      level,
      base: { service },
      timestamp: timestamps(),
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: [
          'token',
          'password',
          'secret',
          'authorization',
          'headers.authorization',
          'headers.cookie',
          '*.token',
          '*.password',
          '*.secret',
          '*.authorization',
        ],
        censor: '[redacted]',
      },
      hooks: { streamWrite: withoutSecrets },
    },
    stream ?? pino.destination(1),
  );
}

/** ISO 8601. A busy service writes many lines in the same millisecond, and the text costs more than the look at the clock. */
function timestamps(): () => string {
  let at = 0;
  let text = '';
  return () => {
    const now = Date.now();
    if (now !== at) {
      at = now;
      text = `,"time":"${new Date(now).toISOString()}"`;
    }
    return text;
  };
}
