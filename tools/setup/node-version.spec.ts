import { describe, expect, it } from '@jest/globals';
import { isAtLeast, projectNode, requiredNode } from './node-version.mjs';

describe('the Node to go on with', () => {
  it.each([
    ['v24.11.1', true],
    ['24.12.0', true],
    ['v25.0.0', true],
    ['v24.11.0', false],
    ['v20.20.2', false],
    ['v9.99.99', false],
  ])('%s against 24.11.1: %s', (version, expected) => {
    expect(isAtLeast(version, '24.11.1')).toBe(expected);
  });

  it('is the one at hand when it is recent enough', () => {
    expect(projectNode({ version: `v${requiredNode()}`, executable: '/opt/node' })).toBe('/opt/node');
  });
});
