import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { difference } from './installation.mjs';
import { filesBelow, fingerprint } from './stamps.mjs';

describe('what is installed against what is locked', () => {
  const locked = {
    '': { version: '0.1.0' },
    'node_modules/@agion/wire': { link: true },
    'node_modules/pg': { version: '8.0.0' },
    'node_modules/for-others': { version: '1.0.0', optional: true, os: ['plan9'], cpu: [process.arch] },
    'node_modules/for-us': { version: '1.0.0', optional: true, os: [process.platform], cpu: [process.arch] },
  };
  const installed = { 'node_modules/pg': { version: '8.0.0' }, 'node_modules/for-us': { version: '1.0.0' } };

  it('is the same without the packages made for other machines', () => {
    expect(difference(locked, installed)).toBeUndefined();
  });

  it('differs by a missing package, by one made for this machine, and by a version', () => {
    const only = (name: keyof typeof installed): object => ({ [name]: installed[name] });
    expect(difference(locked, only('node_modules/for-us'))).toBe('node_modules/pg is missing');
    expect(difference(locked, only('node_modules/pg'))).toBe('node_modules/for-us is missing');
    const older = { ...installed, 'node_modules/pg': { version: '7.0.0' } };
    expect(difference(locked, older)).toBe('node_modules/pg is 7.0.0, not 8.0.0');
  });
});

describe('a fingerprint of sources', () => {
  let folder: string;
  const current = (): string => fingerprint(filesBelow(folder, (name: string) => name.endsWith('.ts')));

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'agion-stamp-'));
    mkdirSync(path.join(folder, 'deep'));
    writeFileSync(path.join(folder, 'deep', 'a.ts'), 'a');
    writeFileSync(path.join(folder, 'b.ts'), 'b');
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('changes with a content, a name and a new file, and not with files that do not count', () => {
    const seen = new Set([current()]);
    writeFileSync(path.join(folder, 'notes.md'), 'x');
    expect(seen.has(current())).toBe(true);
    writeFileSync(path.join(folder, 'b.ts'), 'c');
    expect(seen.has(current())).toBe(false);
    seen.add(current());
    writeFileSync(path.join(folder, 'deep', 'c.ts'), '');
    expect(seen.has(current())).toBe(false);
    seen.add(current());
    rmSync(path.join(folder, 'deep', 'c.ts'));
    expect(seen.has(current())).toBe(true);
  });

  it('has no files where there is no folder', () => {
    expect(filesBelow(path.join(folder, 'missing'))).toEqual([]);
  });
});
