import { expect, test } from '@jest/globals';
import { createLogger } from '../logging/logger.js';
import { RequestLogger } from './request-logger.js';

const opened = (): { log: RequestLogger; lines: () => Record<string, unknown>[] } => {
  const written: string[] = [];
  const logger = createLogger({
    service: 'sample',
    level: 'info',
    stream: { write: (line) => void written.push(line) },
  });
  const lines = (): Record<string, unknown>[] => written.map((line) => JSON.parse(line) as Record<string, unknown>);
  return { log: new RequestLogger(logger, { trace_id: 'a1' }), lines };
};

test('every line carries what belongs to the request, and secrets are cut out', () => {
  const { log, lines } = opened();
  log.info({ token: 'hidden' }, 'first');
  log.child({ step: 2 }).warn('second');
  log.error({ err: new Error('broken') }, 'third');
  log.debug('below the level');
  expect(lines()).toEqual([
    expect.objectContaining({ level: 'info', trace_id: 'a1', token: '[redacted]', msg: 'first' }),
    expect.objectContaining({ level: 'warn', trace_id: 'a1', step: 2, msg: 'second' }),
    expect.objectContaining({ level: 'error', trace_id: 'a1', msg: 'third' }),
  ]);
  expect(log.level).toBe('info');
});
