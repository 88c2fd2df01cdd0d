import { describe, expect, it } from '@jest/globals';
import { DocumentPlaces } from './document-place.js';

const YAML = `# a comment
metadata: { id: cap }
spec:
  condition: agent.trust < 0.7
  quoted: 'context.amount > 500'
  block: |
    agent.trust < 0.7 ||
      context.amount > 500
  folded: >
    agent.trust
    < 0.7
  tests:
    - { name: one }
    - name: two
      a/b: 1
`;

describe('a place in a document', () => {
  const places = new DocumentPlaces(YAML);

  it.each([
    ['', 2, 1],
    ['/metadata/id', 2, 17],
    ['/spec/tests/1/name', 14, 13],
    ['/spec/tests/1/a~1b', 15, 12],
  ])('is that of what %p names', (pointer, line, column) => {
    expect(places.of(pointer)).toEqual({ line, column });
  });

  it('is that of what is around it, for what is missing', () => {
    expect(places.of('/metadata/name')).toEqual(places.of('/metadata'));
    expect(places.of('/spec/tests/7/name')).toEqual(places.of('/spec/tests'));
  });

  it.each([
    ['a plain line', '/spec/condition', 1, 13, 4, 26],
    ['a quoted line', '/spec/quoted', 1, 9, 5, 20],
    ['a block', '/spec/block', 2, 3, 8, 7],
    ['a folded block, whose lines are not those of the text', '/spec/folded', 1, 9, 9, 11],
  ])('is exact within %s', (_, pointer, line, column, shownLine, shownColumn) => {
    expect(places.of(pointer, { line, column })).toEqual({ line: shownLine, column: shownColumn });
  });

  it('is found in JSON too', () => {
    expect(new DocumentPlaces('{\n  "spec": { "effect": "no" }\n}').of('/spec/effect')).toEqual({
      line: 2,
      column: 23,
    });
  });

  it('is the beginning where there is nothing', () => {
    expect(new DocumentPlaces('').of('/spec')).toEqual({ line: 1, column: 1 });
  });
});
