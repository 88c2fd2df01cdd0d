// In the Dockerfile: gathers what one image runs, from a checkout that has been built.
//   node scripts/container/assemble.mjs <app>|cli|migrate <folder>
import { cpSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const MIGRATE = [
  'prisma',
  'prisma.config.ts',
  ...['connection', 'migrations', 'roles', 'scram'].map((name) => `tools/database/${name}.mjs`),
  'tools/schema-engine',
  'tools/schema-engine.mjs',
  'tools/setup',
  'scripts/container/migrate.mjs',
  'scripts/container/given.mjs',
  'scripts/generate-secrets.mjs',
  'scripts/secrets',
];
/** What the command line takes from elsewhere: how settings are read, and the Redis users of agents. */
const CLI = [
  'apps/cli/bin',
  ...['data-folder', 'dev-file', 'settings', 'server-account'].map((name) => `tools/launcher/${name}.mjs`),
  ...['checkout', 'failure'].map((name) => `tools/setup/${name}.mjs`),
  'scripts/secrets/redis-acl.mjs',
];
const APP = ['start', 'healthcheck', 'given', 'admin-token'].map((name) => `scripts/container/${name}.mjs`);

/** Every project of the checkout: its folder and what it depends on, by its name. */
function projects() {
  const manifests = globSync('{apps,libs}/*/package.json', { cwd: ROOT });
  return new Map(
    manifests.map((file) => {
      const { name, dependencies = {} } = JSON.parse(readFileSync(path.join(ROOT, file), 'utf8'));
      return [name, { folder: path.dirname(file), dependencies: Object.keys(dependencies) }];
    }),
  );
}

/** The folders of an app and of all projects it needs. @throws Error when there is no such app */
export function foldersOf(app) {
  const known = projects();
  if (known.get(`@agion/${app}`)?.folder !== `apps/${app}`) throw new Error(`there is no app \`${app}\` in apps/`);
  const needed = new Set();
  const add = (name) => {
    const project = known.get(name);
    if (!project || needed.has(project.folder)) return;
    needed.add(project.folder);
    project.dependencies.forEach(add);
  };
  add(`@agion/${app}`);
  return [...needed].sort();
}

/** What goes into an image beside its packages, as paths in the checkout. */
export function filesOf(image) {
  if (image === 'migrate') return ['package.json', ...MIGRATE];
  const projects = foldersOf(image).flatMap((folder) => [`${folder}/package.json`, `${folder}/dist`]);
  return ['package.json', ...(image === 'cli' ? CLI : APP), ...projects];
}

/** Copies them to `target`. */
export function assemble(image, target) {
  const isTest = (file) => file.endsWith('.spec.ts');
  for (const file of filesOf(image))
    cpSync(path.join(ROOT, file), path.join(target, file), { recursive: true, filter: (source) => !isTest(source) });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [image, target] = process.argv.slice(2);
  if (!image || !target) throw new Error('usage: node scripts/container/assemble.mjs <app>|cli|migrate <folder>');
  assemble(image, target);
}
