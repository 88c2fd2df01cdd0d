import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { outcomeTable } from '../../libs/policy-engine/test/outcomes.js';

const PAGE = path.resolve(import.meta.dirname, '../../docs/policies.md');

/** Without what only makes the columns even. */
const rowsIn = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^[|\s-]+$/.test(line))
    .map((line) => line.replaceAll(/ +/g, ' ').trim());

it('the table of outcomes in docs/policies.md is what the engine makes of each of them, in every tier', () => {
  const [, section = ''] = readFileSync(PAGE, 'utf8').split('## Every outcome\n');
  const [own = ''] = section.split('\n## ');
  expect(rowsIn(own)).toEqual(rowsIn(outcomeTable()));
});
