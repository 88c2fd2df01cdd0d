import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { coordination } from '@agion/coordination';
import { execution } from '@agion/execution';
import { gateway } from '@agion/gateway';
import { governance } from '@agion/governance';
import { registry } from '@agion/registry';
import { settingsOf } from '@agion/service-kit';

const SERVICES = [gateway, registry, coordination, governance, execution];
const ROOT = path.resolve(import.meta.dirname, '../..');
const NOT_OURS = ['node_modules', 'dist', '.git', '.nx', '.agion', 'coverage'];
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');
const find = (...patterns: string[]): string[] =>
  globSync(patterns, { cwd: ROOT, exclude: (name) => NOT_OURS.includes(path.basename(name)) });

const DOCUMENTS = find('*.md', '{apps,docs,e2e,examples,libs,prisma,tools,bench}/**/*.md').sort();

/** Text without fenced code: what looks like a link in there is none. */
const prose = (markdown: string): string => markdown.replace(/^```[\s\S]*?^```$/gm, '');

/** The anchor GitHub gives a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

const anchorsOf = (markdown: string): string[] =>
  [...prose(markdown).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));

function brokenLinks(document: string): string[] {
  const links = [...prose(read(document)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [target = '', anchor] = link.split('#');
    const file = target === '' ? document : path.join(path.dirname(document), target);
    if (!existsSync(path.join(ROOT, file))) return true;
    return anchor !== undefined && !anchorsOf(read(file)).includes(anchor);
  });
}

/** Paths of the checkout that a document names in backticks; those with a placeholder in them stand for many. */
function missingFiles(document: string): string[] {
  const named = [
    ...prose(read(document)).matchAll(/`((?:apps|docs|e2e|examples|k8s|libs|prisma|scripts|tools|bench)\/[^`\s]*)`/g),
  ];
  const files = named.map(([, file = '']) => file).filter((file) => !/[<>{}…]|NN/.test(file));
  return files.filter((file) => find(file.replace(/\/$/, '')).length === 0 && !isGenerated(file));
}

const isGenerated = (file: string): boolean => file.includes('/generated') || file.includes('/dist');

/** Every environment variable the services read, aliases included. */
const SETTINGS = new Set(SERVICES.flatMap(({ settings }) => settingsOf(settings)).flatMap(({ env }) => env));

/** Every name in capitals that stands in the code: settings of commands and libraries, kinds of events. */
const IN_CODE = new Set(
  find('prisma.config.ts', 'docker-compose.yml', 'tools/**/*.mjs', '{apps,libs}/*/src/**/*.ts').flatMap(
    (file) => read(file).match(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g) ?? [],
  ),
);

const isKnown = (name: string): boolean =>
  SETTINGS.has(name) || IN_CODE.has(name) || SETTINGS.has(name.replace(/_FILE$/, ''));

describe.each(DOCUMENTS)('%s', (document) => {
  test('links only to what exists', () => {
    expect(brokenLinks(document)).toEqual([]);
  });

  test('names only files that exist', () => {
    expect(missingFiles(document)).toEqual([]);
  });

  test('names only settings and events there are', () => {
    const named = [...read(document).matchAll(/`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?:=[^`]*)?`/g)];
    expect(named.map(([, name = '']) => name).filter((name) => !isKnown(name))).toEqual([]);
  });
});

describe('.env.example', () => {
  const explained = (): string[] =>
    [...read('.env.example').matchAll(/^(?:# ?)?([A-Z][A-Z0-9_]+)=/gm)].map(([, name = '']) => name);

  test('explains every setting of every service', () => {
    const names = new Set(explained());
    const missing = SERVICES.flatMap(({ settings }) => settingsOf(settings)).filter(
      ({ env }) => !env.some((name) => names.has(name)),
    );
    expect(missing.map(({ env }) => env[0])).toEqual([]);
  });

  test('holds no setting that nothing reads', () => {
    expect(explained().filter((name) => !isKnown(name))).toEqual([]);
  });
});
