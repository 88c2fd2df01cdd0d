import { globSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { filesOf, foldersOf } from '../../scripts/container/assemble.mjs';
import { inCheckout } from '../setup/checkout.mjs';
import { isAtLeast } from '../setup/node-version.mjs';

const read = (file: string): string => readFileSync(inCheckout(file), 'utf8');
const manifest = JSON.parse(read('package.json')) as {
  engines: { node: string };
  dependencies: Record<string, string>;
};
const APPS = globSync('apps/*/src/main.ts', { cwd: inCheckout() }).map((file) => file.split(path.sep)[1] ?? '');

/** Sources below the folders or files given, tests aside. */
const sources = (places: readonly string[]): string[] =>
  places
    .flatMap((place) => (/\.m?[jt]s$/.test(place) ? place : globSync(`${place}/**/*.{ts,mjs}`, { cwd: inCheckout() })))
    .filter((file) => !/\.spec\.ts$/.test(file));

/** What a file imports while it runs, statically or not; types are gone by then. */
function importsOf(file: string): string[] {
  const text = read(file);
  const statements = text.matchAll(/^(?:import|export)\s(?!type\b)(?:[^;]*?\sfrom\s+)?'([^']+)'/gm);
  const calls = text.matchAll(/\bimport\('([^']+)'\)/g);
  return [...statements, ...calls].map(([, name = '']) => name);
}

const packageOf = (name: string): string => name.split('/', name.startsWith('@') ? 2 : 1).join('/');
const isPackage = (name: string): boolean =>
  !/^[./#]/.test(name) && !name.startsWith('node:') && !builtinModules.includes(packageOf(name));
const packagesOf = (files: string[]): Set<string> => new Set(files.flatMap(importsOf).filter(isPackage).map(packageOf));

describe('the image of', () => {
  it('every app is known here', () => expect(APPS).toContain('all-in-one'));

  it.each(APPS)('%s holds every project that is imported', (app) => {
    const folders = foldersOf(app) as string[];
    const names = folders.map((folder) => (JSON.parse(read(`${folder}/package.json`)) as { name: string }).name);
    const imported = packagesOf(sources(folders.map((folder) => `${folder}/src`)));
    const own = [...imported].filter((name) => name.startsWith('@agion/'));
    expect(own.filter((name) => !names.includes(name))).toEqual([]);
  });

  it.each(APPS)('%s needs no package that production leaves out', (app) => {
    const imported = packagesOf(sources((foldersOf(app) as string[]).map((folder) => `${folder}/src`)));
    const foreign = [...imported].filter((name) => !name.startsWith('@agion/'));
    expect(foreign.length).toBeGreaterThan(5);
    expect(foreign.filter((name) => !(name in manifest.dependencies))).toEqual([]);
  });

  it('the migration job holds every file it imports, and of packages what production and the Dockerfile bring', () => {
    const held = new Set(sources(filesOf('migrate')).map((file) => path.normalize(file)));
    const programs = [...held].filter((file) => file.startsWith('scripts') || file.includes('database'));
    const reached = new Set<string>();
    const follow = (file: string): void => {
      if (reached.has(file)) return;
      reached.add(file);
      for (const name of importsOf(file).filter((one) => one.startsWith('.')))
        follow(path.normalize(path.join(path.dirname(file), name)));
    };
    [...programs, path.join('tools', 'schema-engine.mjs')].forEach(follow);
    expect([...reached].filter((file) => !held.has(file))).toEqual([]);
    const bought = ['prisma', '@prisma/schema-engine-wasm', '@prisma/driver-adapter-utils'];
    const foreign = [...packagesOf([...reached])].filter((name) => !(name in manifest.dependencies));
    expect(foreign.filter((name) => !bought.includes(name))).toEqual([]);
  });

  it('nothing that is no app is made', () => {
    expect(() => foldersOf('../libs/wire')).toThrow('there is no app');
  });
});

describe('the Dockerfile', () => {
  const dockerfile = read('Dockerfile');
  const stages = dockerfile.split(/^FROM /m).slice(1);
  const stage = (name: string): string => stages.find((text) => new RegExp(`^\\S+ AS ${name}$`, 'm').test(text)) ?? '';

  it('takes a Node that the services run on', () => {
    const version = /^ARG NODE_VERSION=(.+)$/m.exec(dockerfile)?.[1] ?? '';
    expect(isAtLeast(`v${version}`, manifest.engines.node.replace('>=', ''))).toBe(true);
    expect(version.split('.')[0]).toBe(read('.nvmrc').trim());
  });

  it.each(['app', 'migrate'])('ends %s without privileges and without tools', (name) => {
    expect(stage(name)).toMatch(/^USER 1000:1000$/m);
    expect(stage(name)).not.toMatch(/^(RUN|ADD)\b/m);
    expect(stage(name)).not.toMatch(/^COPY (?!--from=)/m);
    expect(stage(name)).not.toMatch(/--from=build\b/);
  });

  it('installs by the lock file, runs no script of a package and fetches nothing else', () => {
    const installations = dockerfile.match(/npm (?:ci|install)[^\n&]*/g) ?? [];
    expect(installations).toHaveLength(3);
    expect(installations.every((command) => /^npm ci .*--ignore-scripts/.test(command))).toBe(true);
    expect(dockerfile).not.toMatch(/apt-get|apk add|curl|wget/);
  });

  it('is handed no secret', () => {
    expect(dockerfile).not.toMatch(/^(?:ARG|ENV) .*(?:SECRET|PASSWORD|TOKEN|_KEY|DATABASE_URL)/m);
    const ignored = read('.dockerignore').split('\n');
    expect(ignored).toEqual(expect.arrayContaining(['.git', '.agion', '**/.env', '**/.env.*', '**/node_modules']));
    expect(ignored).not.toContain('**/generated'); // some generated sources are checked in and made by nothing in the image
  });
});
