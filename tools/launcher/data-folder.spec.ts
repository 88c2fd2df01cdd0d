import { lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chooseDataFolders, findDataFolder } from './data-folder.mjs';

describe('the data folder', () => {
  let checkout: string;

  beforeEach(() => {
    checkout = mkdtempSync(path.join(os.tmpdir(), 'agion-folder-'));
  });

  afterEach(() => rmSync(checkout, { recursive: true, force: true }));

  it('is .agion in the checkout', () => {
    const { home, servers, notes } = chooseDataFolders({ checkout });
    expect([home, servers, notes]).toEqual([path.join(checkout, '.agion'), path.join(checkout, '.agion'), []]);
    expect(lstatSync(home).isDirectory()).toBe(true);
  });

  it('is the one given, and no other when that cannot be used', () => {
    const explicit = path.join(checkout, 'deep', 'data');
    expect(chooseDataFolders({ checkout, explicit }).home).toBe(explicit);
    const link = path.join(checkout, 'link');
    symlinkSync(explicit, link);
    expect(() => chooseDataFolders({ checkout, explicit: link })).toThrow(`AGION_DATA_DIR ${link} cannot be used`);
  });

  it('is elsewhere, with a note, when the checkout has a link in its place', () => {
    mkdirSync(path.join(checkout, 'elsewhere'));
    symlinkSync(path.join(checkout, 'elsewhere'), path.join(checkout, '.agion'));
    const { home, notes } = chooseDataFolders({ checkout });
    expect(home.startsWith(checkout)).toBe(false);
    expect(notes).toEqual([`${path.join(checkout, '.agion')} cannot be used, data is in ${home}`]);
    rmSync(home, { recursive: true });
  });

  it('is looked for without being made', () => {
    expect(findDataFolder(undefined, checkout)).toBe(path.join(checkout, '.agion'));
    expect(() => lstatSync(path.join(checkout, '.agion'))).toThrow('ENOENT');
  });
});

const asRoot = process.getuid?.() === 0 ? describe : describe.skip;

asRoot('the data folder of root', () => {
  const nobody = { name: 'nobody', uid: 65_534, gid: 65_534 };
  let closed: string;

  beforeEach(() => {
    closed = mkdtempSync(path.join(os.tmpdir(), 'agion-closed-')); // mode 0700
  });

  afterEach(() => rmSync(closed, { recursive: true, force: true }));

  it('keeps the keys in the checkout and the databases where their account can go', () => {
    const { home, servers, notes } = chooseDataFolders({ checkout: closed, account: nobody });
    expect(home).toBe(path.join(closed, '.agion'));
    expect(servers.startsWith(closed)).toBe(false);
    expect(notes).toEqual([
      `the account \`nobody\`, which runs PostgreSQL, cannot enter ${closed}: the databases are in ${servers}`,
    ]);
    rmSync(servers, { recursive: true });
  });

  it('names the folder in the way of one given by hand, and leaves nothing behind', () => {
    const explicit = path.join(closed, 'deep', 'data');
    expect(() => chooseDataFolders({ explicit, account: nobody })).toThrow(
      `the account \`nobody\`, which runs PostgreSQL, cannot enter ${closed}`,
    );
    expect(readdirSync(closed)).toEqual([]);
  });
});
