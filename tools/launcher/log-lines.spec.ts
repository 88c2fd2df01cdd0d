import { describe, expect, it } from '@jest/globals';
import { levelOf, readable } from './log-lines.mjs';

describe('log lines at a terminal', () => {
  const line = JSON.stringify({ level: 30, time: 0, service: 'gateway', msg: 'request completed', status: 200 });

  it('read as time, level, service, message and fields', () => {
    expect(readable(line)).toMatch(/^\d\d:\d\d:\d\d INFO {2}gateway {6}request completed status=200$/);
  });

  it('stay as they are when they are no log lines', () => {
    for (const text of ['plain text', '{"level":"loud"}', '{broken']) expect(readable(text)).toBe(text);
  });

  it('count as warnings when they are no log lines', () => {
    expect([levelOf(line), levelOf('Error: boom')]).toEqual([30, 40]);
  });
});
