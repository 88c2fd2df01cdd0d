import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ConfigurationError } from '../errors.js';
import { TokenSource } from './token-source.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'agion-token-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const errorOf = (call: () => unknown): unknown => {
  try {
    return call();
  } catch (error) {
    return error;
  }
};

describe('a token', () => {
  test.each(['agion_agt_secret\nrest', 'agion_agt_secret rest', 'agion_agt_secret\u20ac'])(
    'that no header can carry is refused, and its text shown to nobody: %j',
    (token) => {
      const tokenFile = path.join(folder, 'token');
      writeFileSync(tokenFile, token);
      for (const from of [{ token }, { tokenFile }]) {
        const error = errorOf(() => new TokenSource(from));
        expect(error).toBeInstanceOf(ConfigurationError);
        expect(String(error)).not.toContain('secret');
      }
    },
  );

  test('that is empty is refused', () => {
    expect(() => new TokenSource({ token: '' })).toThrow(ConfigurationError);
  });

  test('in a file may end its line', () => {
    const tokenFile = path.join(folder, 'token');
    writeFileSync(tokenFile, 'agion_agt_1\n');
    expect(new TokenSource({ tokenFile }).current()).toBe('agion_agt_1');
  });
});
