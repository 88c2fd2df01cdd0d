import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SourceChanges } from './source-changes.mjs';

describe('changed sources', () => {
  let project: string;
  let changes: SourceChanges;
  const inSource = (...segments: string[]): string => path.join(project, 'src', ...segments);

  beforeEach(() => {
    project = mkdtempSync(path.join(os.tmpdir(), 'agion-sources-'));
    mkdirSync(inSource('deep'), { recursive: true });
    writeFileSync(inSource('deep', 'one.ts'), 'a');
    changes = new SourceChanges([project]);
  });

  afterEach(() => rmSync(project, { recursive: true, force: true }));

  const replace = (file: string, text: string): void => {
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
  };

  it('are told once', () => {
    expect(changes.take()).toEqual([]);
    writeFileSync(inSource('deep', 'one.ts'), 'longer');
    expect([changes.take(), changes.take()]).toEqual([[project], []]);
  });

  it('are seen each time a file is replaced by another', () => {
    for (const text of ['b', 'c', 'd']) {
      replace(inSource('deep', 'one.ts'), text);
      expect(changes.take()).toEqual([project]);
    }
  });

  it('are seen after a file was removed and made anew, and in new folders', () => {
    rmSync(inSource('deep', 'one.ts'));
    expect(changes.take()).toEqual([project]);
    writeFileSync(inSource('deep', 'one.ts'), 'a');
    expect(changes.take()).toEqual([project]);
    mkdirSync(inSource('new'));
    writeFileSync(inSource('new', 'two.ts'), '');
    expect(changes.take()).toEqual([project]);
  });

  it('are none when only tests and other files change', () => {
    writeFileSync(inSource('one.spec.ts'), '');
    writeFileSync(inSource('.one.ts.swp'), '');
    expect(changes.take()).toEqual([]);
  });
});
