import { expect, test } from '@jest/globals';
import { mutationTable } from './mutation-table.mjs';

const place = (line: number, from: number, to: number) => ({
  start: { line, column: from },
  end: { line, column: to },
});
const FILES = {
  'libs/policy-engine/src/combine.ts': {
    source: 'if (denied) deny();\nreturn a && b;',
    mutants: [
      { status: 'Killed', location: place(1, 5, 11), replacement: 'false' },
      { status: 'Timeout', location: place(1, 5, 11), replacement: 'true' },
      { status: 'Survived', location: place(2, 8, 14), replacement: 'a || b' },
      { status: 'NoCoverage', location: place(1, 13, 19), replacement: '{}' },
      { status: 'CompileError', location: place(1, 13, 19), replacement: '?' },
    ],
  },
};
const SAME = { file: 'combine.ts', was: 'a && b', became: 'a || b', reason: 'b is a' };

test('what no test notices is told with what stood there, and is a fault when it is too much', () => {
  expect(mutationTable(FILES, [], 0.9)).toEqual({
    lines: [
      'combine.ts: 2 of 4 changes noticed (1 by taking too long), 50.0 %',
      'all: 2 of 4 changes noticed (1 by taking too long), 50.0 %, at least 90.0 % of each file is asked for',
      'no test notices combine.ts:2: `a && b` became `a || b`',
      'no test notices combine.ts:1: `deny()` became `{}`',
    ],
    faults: 1,
  });
  expect(mutationTable(FILES, [], 0.5).faults).toBe(0);
});

test('a change that changes nothing does not count, as long as it is one', () => {
  expect(mutationTable(FILES, [SAME], 0.6).lines[0]).toBe(
    'combine.ts: 2 of 3 changes noticed (1 by taking too long), 66.7 %',
  );
  expect(mutationTable(FILES, [SAME, { ...SAME, became: 'false' }], 0.6)).toMatchObject({
    faults: 1,
    lines: expect.arrayContaining(['listed as equivalent, and is none: combine.ts: `a && b` became `false`']),
  });
});

test('what is equivalent in a file that was not changed is not missed', () => {
  expect(mutationTable(FILES, [{ ...SAME, file: 'compile.ts' }], 0.5).faults).toBe(0);
});

test('each file has to be good enough by itself', () => {
  const killed = Array.from({ length: 36 }, () => ({
    status: 'Killed',
    location: place(1, 1, 2),
    replacement: '',
  }));
  const both = { ...FILES, 'libs/policy-engine/src/compile.ts': { source: 'a', mutants: killed } };
  expect(mutationTable(both, [], 0.9)).toMatchObject({
    faults: 1,
    lines: expect.arrayContaining([
      expect.stringContaining('all: 38 of 40 changes noticed (1 by taking too long), 95.0 %'),
    ]),
  });
});

test('a run that changed nothing has shown nothing', () => {
  expect(mutationTable({}, [SAME], 0.5)).toEqual({
    lines: ['nothing was changed: there is no such file to change'],
    faults: 1,
  });
});
