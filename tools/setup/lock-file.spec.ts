import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { releaseLock, takeLock } from './lock-file.mjs';
import { processRecord } from './processes.mjs';

describe('a lock file', () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'agion-lock-'));
    file = path.join(folder, 'lock.json');
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is taken once, and given back', () => {
    expect(takeLock(file)).toBeUndefined();
    expect(takeLock(file)).toMatchObject({ pid: process.pid });
    releaseLock(file);
    expect(existsSync(file)).toBe(false);
  });

  it('is respected while its owner runs and taken over afterwards', async () => {
    const owner = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    await once(owner, 'spawn');
    writeFileSync(file, JSON.stringify(processRecord(owner.pid)));
    expect(takeLock(file)).toMatchObject({ pid: owner.pid });
    releaseLock(file);
    expect(existsSync(file)).toBe(true);
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    expect(takeLock(file)).toBeUndefined();
  });

  it('does not take another program with the same number for its owner', () => {
    writeFileSync(file, JSON.stringify({ pid: process.pid, started: 'another time' }));
    expect(takeLock(file)).toBeUndefined();
  });

  it('that was never written to the end belongs to nobody', () => {
    writeFileSync(file, '{"pid":');
    expect(takeLock(file)).toBeUndefined();
  });
});
