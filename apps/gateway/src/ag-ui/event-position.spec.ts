import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatPosition, parsePosition } from './event-position.js';

describe('a position in a run', () => {
  it('comes back as it was', () => {
    const runId = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/);
    fc.assert(
      fc.property(runId, fc.nat(), fc.nat(), (run, ms, sequence) => {
        const position = { runId: run, entryId: `${ms}-${sequence}` };
        expect(parsePosition(formatPosition(position))).toEqual(position);
      }),
    );
  });

  it.each([
    '',
    '/',
    'run',
    'run/',
    '/1-0',
    'run/1',
    'run/1-0-0',
    'run/x-0',
    'run/1-0\n',
    'a/b/1-0',
    'run/-1-0',
    '../1-0',
    `run/${'9'.repeat(30)}-0`,
  ])('is none in %j', (text) => expect(parsePosition(text)).toBeNull());
});
