import { describe, expect, it } from '@jest/globals';
import { isAsShown, sectionOf, stepsOf } from './readme-steps.js';

const MARKDOWN = `# A\n\n## One\n\n\`\`\`bash\necho 1\n\`\`\`\n\ntext\n\n\`\`\`text\n1\n\`\`\`\n\n\`\`\`bash\ntrue\n\`\`\`\n\n## Two\n\nend\n`;

describe('commands in a document', () => {
  it('stand with what is shown under them', () => {
    expect(stepsOf(sectionOf(MARKDOWN, 'One'))).toEqual([
      { command: 'echo 1\n', shown: '1\n' },
      { command: 'true\n', shown: '' },
    ]);
    expect(() => sectionOf(MARKDOWN, 'Three')).toThrow('`Three`');
  });

  it.each([
    ['{"a":1}', '{ "a": 1 }', true],
    ['{"a":1,"b":2}', '{ "a": 1, … }', true],
    ['{"a":2}', '{ "a": 1, … }', false],
    ['{"a":1} and more', '{ "a": 1 }', false],
    ['', '', true],
    ['.x', '?x', false],
  ])('%s is as %s shows: %s', (printed, shown, expected) => {
    expect(isAsShown(printed, shown)).toBe(expected);
  });
});
