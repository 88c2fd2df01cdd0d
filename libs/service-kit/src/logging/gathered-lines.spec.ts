import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventually } from '@agion/testing';
import { GatheredLines } from './gathered-lines.js';

let folder: string;
let file: string;
let fd: number;
let log: GatheredLines;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'agion-log-'));
  file = path.join(folder, 'log');
  fd = openSync(file, 'a');
  log = new GatheredLines(fd);
});

afterEach(() => {
  closeSync(fd);
  rmSync(folder, { recursive: true });
});

const written = (): string => readFileSync(file, 'utf8');

test('a line of an idle service is written soon', async () => {
  log.write('one\n');
  await eventually(() => expect(written()).toBe('one\n'));
});

test('many lines arrive whole and in order', async () => {
  const lines = Array.from({ length: 5_000 }, (_, index) => `line ${index} with an é\n`);
  for (const line of lines) log.write(line);
  await eventually(() => expect(written()).toBe(lines.join('')));
});

test('nothing is left behind when the process ends', () => {
  log.write('last words\n');
  log.flushSync();
  expect(written()).toBe('last words\n');
  log.flushSync();
  expect(written()).toBe('last words\n');
});
