import { describe, expect, it } from '@jest/globals';
import { createLogger } from '../../libs/service-kit/src/logging/logger.js';
import { isWarning, readable } from './log-lines.mjs';

describe('log lines at a terminal', () => {
  const lines: string[] = [];
  const logger = createLogger({ service: 'gateway', level: 'trace', stream: { write: (line) => lines.push(line) } });
  const lineOf = (log: () => void): string => {
    log();
    return (lines.pop() ?? '').trimEnd();
  };

  it('read as time, level, service, message and fields', () => {
    const line = lineOf(() => logger.info({ status: 200, path: '/health' }, 'request completed'));
    expect(readable(line)).toMatch(/^\d\d:\d\d:\d\d INFO {2}gateway {6}request completed status=200 path=\/health$/);
  });

  it('show an error by its message, its stack below', () => {
    const line = lineOf(() => logger.error({ err: new Error('boom') }, 'request failed'));
    expect(readable(line)).toMatch(/ERROR gateway {6}request failed err=boom\n {4}Error: boom\n {8}at /);
    expect(readable(line, { colors: true })).toContain(' err=boom\x1b[0m\n');
  });

  it('stay as they are when they are no log lines', () => {
    for (const text of ['plain text', '{"level":"loud"}', '{"level":30}', '{broken']) expect(readable(text)).toBe(text);
  });

  it('are worth showing from warnings upwards, and when they are no log lines', () => {
    const logged = [() => logger.info('i'), () => logger.warn('w'), () => logger.fatal('f')].map(lineOf);
    expect([...logged, 'Error: boom'].map(isWarning)).toEqual([false, true, true, true]);
  });
});
