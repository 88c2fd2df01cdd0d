import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { banner } from './banner.mjs';

describe('the block after a start', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), "agion-it's $HOME "));
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const shown = (isFirst: boolean): string =>
    banner({
      urls: { gateway: 'http://127.0.0.1:8080' },
      ports: { metrics: [] },
      databaseUrl: 'postgresql://agion_dev@127.0.0.1:5432/agion',
      databaseNote: '   (the password is in dev.json)',
      redisUrl: 'redis://127.0.0.1:6379',
      redisNote: '',
      isFirst,
      adminToken: 'agion_svc_one',
      tokens: { viewer: 'jwt' },
      file: path.join(folder, 'dev.json'),
      ownsDatabases: true,
    });

  it('has a line that reads the token whatever the folder is called', () => {
    writeFileSync(path.join(folder, 'dev.json'), JSON.stringify({ admin_token: 'agion_svc_one' }));
    const line = shown(false)
      .split('\n')
      .find((text) => text.trim().startsWith('TOKEN='));
    const printed = execFileSync('sh', ['-c', `${line}; echo "$TOKEN"`], { encoding: 'utf8' });
    expect(printed).toBe('agion_svc_one\n');
  });

  it('shows tokens at the first start only', () => {
    expect([shown(true), shown(false)].map((text) => text.includes('agion_svc_one'))).toEqual([true, false]);
  });
});
