import pino, { type Logger } from 'pino';
import { redactSecrets } from './redact.js';

/** Where a service's own process writes: lines are gathered and written together, so a busy service does not wait for its log. */
const destination = (): pino.DestinationStream => pino.destination({ dest: 1, sync: false, minLength: 4_096 });

export interface LoggerOptions {
  service: string;
  level: string;
  /** Tests give their own; default: standard output. */
  stream?: pino.DestinationStream;
}

/** JSON lines with a constant message and fields. Secrets are cut out by name of the field and, in every line, by what they look like. */
export function createLogger({ service, level, stream }: LoggerOptions): Logger {
  return pino(
    {
      level,
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
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
      hooks: { streamWrite: redactSecrets },
    },
    stream ?? destination(),
  );
}
