import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { assemble, filesOf, foldersOf } from '../../scripts/container/assemble.mjs';
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

  describe('the command line', () => {
    const image = mkdtempSync(path.join(tmpdir(), 'agion-cli-image-'));
    beforeAll(() => {
      assemble('cli', image);
      symlinkSync(inCheckout('node_modules'), path.join(image, 'node_modules'));
    });
    afterAll(() => rmSync(image, { recursive: true, force: true }));
    /** As the image's ENTRYPOINT does. */
    const agion = (...args: string[]): { status: number | null; said: string } => {
      const env = { PATH: process.env.PATH, HOME: image, AGION_GATEWAY_URL: 'http://127.0.0.1:1' };
      const program = [path.join('apps', 'cli', 'bin', 'agion.mjs'), ...args];
      const { status, stdout, stderr } = spawnSync(process.execPath, program, { cwd: image, env, encoding: 'utf8' });
      return { status, said: stdout + stderr };
    };

    it('runs from what its image holds: it looks around, and makes users of Redis', () => {
      expect(read('Dockerfile')).toContain('ENTRYPOINT ["node", "apps/cli/bin/agion.mjs"]');
      const { status, said } = agion('doctor', '--json');
      expect(status).toBe(1);
      const { findings } = JSON.parse(said) as { findings: { group: string; name: string; status: string }[] };
      expect(findings).toContainEqual(
        expect.objectContaining({ group: 'Services', name: 'gateway', status: 'failed' }),
      );
      expect(findings).toContainEqual(
        expect.objectContaining({ name: 'platform', detail: 'production, known from settings' }),
      );
      expect(agion('redis-acl', '--organization', 'acme', '--agent', 'a:b')).toMatchObject({
        status: 0,
        said: expect.stringContaining('user org:acme:agent:a:b '),
      });
      expect(agion('policy', '--help').status).toBe(0);
    });

    it('says where tokens are made instead', () => {
      const { status, said } = agion('admin-token');
      expect([status, said]).toEqual([1, expect.stringContaining('scripts/container/admin-token.mjs')]);
    });
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

  it.each(['app', 'cli', 'migrate'])('ends %s without privileges and without tools', (name) => {
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
