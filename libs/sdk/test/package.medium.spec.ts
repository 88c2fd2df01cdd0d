import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ScriptedGateway, startScriptedGateway } from './scripted-gateway.js';
import { PROGRAM, SERVERS } from './typed-programs.js';

/** The package as somebody gets it who installs it: packed, unpacked outside the workspace, beside its real dependencies. */
const run = promisify(execFile);
const PACKAGE = path.join(import.meta.dirname, '..');
const INSTALLED = path.join(PACKAGE, '../../node_modules');
const OLDEST_NODE = '/usr/bin/node';

let folder: string;
let project: string;
let packed: string[];
let reports: string;
let gateway: ScriptedGateway;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'agion-sdk-'));
  project = path.join(folder, 'project');
  reports = path.join(folder, 'reports');
  const stage = path.join(folder, 'stage');
  for (const file of ['package.json', 'README.md', 'LICENSE'])
    await cp(path.join(PACKAGE, file), path.join(stage, file));
  await mkdir(reports);
  await run(process.execPath, [
    path.join(PACKAGE, 'build.mjs'),
    '--types',
    '--out',
    path.join(stage, 'dist'),
    '--reports',
    reports,
  ]);
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: stage,
  });
  const [tarball] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
  packed = tarball.files.map((file) => file.path).sort();
  const target = path.join(project, 'node_modules', '@agion', 'sdk');
  await mkdir(target, { recursive: true });
  await run('tar', ['-xzf', path.join(folder, tarball.filename), '--strip-components=1', '-C', target]);
  for (const name of await dependencies()) {
    await mkdir(path.dirname(path.join(project, 'node_modules', name)), { recursive: true });
    await symlink(path.join(INSTALLED, name), path.join(project, 'node_modules', name));
  }
  gateway = await startScriptedGateway();
}, 120_000);
afterAll(async () => {
  await gateway?.stop();
  await rm(folder, { recursive: true, force: true });
});

const manifest = async (): Promise<{ dependencies: Record<string, string> }> =>
  JSON.parse(await readFile(path.join(PACKAGE, 'package.json'), 'utf8'));
const dependencies = async (): Promise<string[]> => Object.keys((await manifest()).dependencies);

/** One day of an agent, the same for both kinds of modules. */
const SCRIPT = `
async function day({ AgionSDK, AgionError, NotFoundError, PolicyViolationError, GovernanceClient, withGovernance }) {
  const sdk = new AgionSDK({ agentId: 'demo:packed', gatewayUrl: process.env.GATEWAY });
  await sdk.initialize();
  const work = sdk.governed('packed', 'work')(async () => 'worked');
  const refused = await work().catch((error) => error);
  const missing = await sdk.getPrompt('nothing').catch((error) => error);
  const { policy_engine } = sdk.getMetrics();
  await sdk.close();
  console.log(JSON.stringify({
    refused: PolicyViolationError.is(refused) && refused.decision.decision,
    hint: NotFoundError.is(missing) && AgionError.is(missing) && missing.problem.hint,
    evaluations: policy_engine.total_evaluations,
    surface: [typeof GovernanceClient, typeof withGovernance],
  }));
}
`;
const EXPECTED = { refused: 'deny', hint: 'create it', evaluations: 1, surface: ['function', 'function'] };

function answerAsAPlatform(): void {
  gateway.answer(({ path: asked, method }) => {
    if (asked.endsWith('/register'))
      return {
        status: 201,
        body: { agent: {}, token: 't', lease_seconds: 30, policy_revision: 0, organization: 'default', trust: 0.5 },
      };
    if (method === 'DELETE') return { status: 204 };
    if (asked.includes('/prompts/'))
      return { status: 404, body: { type: '/problems/prompt-not-found', title: 'x', status: 404, hint: 'create it' } };
    return { status: 503, body: { type: '/problems/unavailable', title: 'x', status: 503 } };
  });
}

const nodes = async (): Promise<string[]> => {
  const { stdout } = await run(OLDEST_NODE, ['-p', 'process.versions.node']).catch(() => ({ stdout: '' }));
  return Number(stdout.split('.')[0]) >= 20 ? [process.execPath, OLDEST_NODE] : [process.execPath];
};

describe('the package', () => {
  test('holds its code and its declarations, and nothing else', () => {
    expect(packed).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json']));
    for (const entry of ['index', 'testing'])
      for (const end of ['js', 'cjs', 'd.ts', 'd.cts']) expect(packed).toContain(`dist/${entry}.${end}`);
    expect(
      packed.filter(
        (file) =>
          !/^(dist\/[\w-]+\.(js|cjs|d\.ts|d\.cts|js\.map|cjs\.map)|LICENSE|README\.md|package\.json)$/.test(file),
      ),
    ).toEqual([]);
  });

  test('imports what it depends on, depends on what it imports, and needs no other package of the workspace', async () => {
    const dist = path.join(project, 'node_modules/@agion/sdk/dist');
    const imported = new Set<string>();
    for (const file of (await readdir(dist)).filter((name) => !name.endsWith('.map'))) {
      const text = await readFile(path.join(dist, file), 'utf8');
      for (const [, name = ''] of text.matchAll(/^(?:import|export|\}).* from ["']([^"'.][^"']*)["'];?$/gm))
        imported.add(name);
      for (const [, name = ''] of text.matchAll(/\brequire\("([^".][^"]*)"\)/g)) imported.add(name);
    }
    expect([...imported].filter((name) => !isBuiltin(name)).sort()).toEqual((await dependencies()).sort());
  });

  test.each([
    ['an ES module', 'day.mjs', `import * as agion from '@agion/sdk';\n${SCRIPT}\nawait day(agion);`],
    ['CommonJS', 'day.cjs', `const agion = require('@agion/sdk');\n${SCRIPT}\nday(agion);`],
  ])(
    'runs as %s, also on the oldest Node it is for, and leaves the process alone',
    async (_, name, text) => {
      answerAsAPlatform();
      await writeFile(path.join(project, name), text);
      for (const node of await nodes()) {
        const env = { PATH: process.env.PATH ?? '', GATEWAY: gateway.url };
        const { stdout, stderr } = await run(node, [name], { cwd: project, env, timeout: 20_000 });
        expect([JSON.parse(stdout), stderr]).toEqual([EXPECTED, '']);
      }
    },
    60_000,
  );

  test('recognizes errors of its other kind of module', async () => {
    const text = `
      import { createRequire } from 'node:module';
      import { NotInitializedError } from '@agion/sdk';
      const { AgionSDK } = createRequire(import.meta.url)('@agion/sdk');
      const error = await new AgionSDK({ agentId: 'a:b' }).getPrompt('x').catch((caught) => caught);
      console.log(error instanceof NotInitializedError, NotInitializedError.is(error));`;
    await writeFile(path.join(project, 'both.mjs'), text);
    const { stdout } = await run(process.execPath, ['both.mjs'], { cwd: project });
    expect(stdout.trim()).toBe('false true');
  });
});

const isBuiltin = (name: string): boolean => process.getBuiltinModule(name) !== undefined;

describe('its types', () => {
  test.each([
    ['standard decorators', {}],
    ['experimentalDecorators', { experimentalDecorators: true }],
  ])(
    'fit modules of both kinds with %s, looked at closely, and what is compiled runs',
    async (_, options) => {
      const files = ['program.mts', 'program.cts'];
      for (const file of files) await writeFile(path.join(project, file), PROGRAM);
      const typeRoots = [path.join(INSTALLED, '@types')];
      const compilerOptions = {
        ...{ module: 'nodenext', target: 'es2022', strict: true, skipLibCheck: false, types: ['node'] },
        ...{ exactOptionalPropertyTypes: true, typeRoots, ...options },
      };
      await writeFile(path.join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
      const { stdout: faults } = await run(process.execPath, [
        path.join(INSTALLED, 'typescript/bin/tsc'),
        ...['-p', project],
      ]).catch((error: unknown) => error as { stdout: string });
      expect(faults).toBe('');

      answerAsAPlatform();
      for (const program of ['program.mjs', 'program.cjs']) {
        const call = ['-e', `import('./${program}').then(({ program }) => program())`];
        const env = { PATH: process.env.PATH ?? '', GATEWAY: gateway.url };
        const { stdout } = await run((await nodes()).at(-1) ?? '', call, { cwd: project, env, timeout: 20_000 });
        expect(stdout.trim()).toBe('deny,deny function function');
      }
    },
    120_000,
  );
});

test('its middleware fits Express and Fastify, looked at as closely', async () => {
  const modules = path.join(project, 'node_modules');
  await mkdir(path.join(modules, '@types'));
  for (const name of ['express', 'fastify', '@types/express'])
    await symlink(path.join(INSTALLED, name), path.join(modules, name));
  await writeFile(path.join(project, 'servers.mts'), SERVERS);
  const compilerOptions = {
    ...{ module: 'nodenext', target: 'es2022', strict: true, skipLibCheck: true, types: ['node'], noEmit: true },
    ...{ exactOptionalPropertyTypes: true, typeRoots: [path.join(INSTALLED, '@types')] },
  };
  const config = path.join(project, 'tsconfig.servers.json');
  await writeFile(config, JSON.stringify({ compilerOptions, files: ['servers.mts'] }));
  const tsc = path.join(INSTALLED, 'typescript/bin/tsc');
  const { stdout: faults } = await run(process.execPath, [tsc, '-p', config]).catch(
    (error: unknown) => error as { stdout: string },
  );
  expect(faults).toBe('');
}, 60_000);

test.each(['sdk.api.md', 'sdk-testing.api.md'])('%s is what `npm run generate` writes', async (name) => {
  const [kept, written] = await Promise.all([
    readFile(path.join(PACKAGE, 'etc', name), 'utf8'),
    readFile(path.join(reports, name), 'utf8'),
  ]);
  expect(kept).toBe(written);
});
