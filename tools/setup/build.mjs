import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { inCheckout } from './checkout.mjs';
import { withCheckoutLock } from './checkout-lock.mjs';
import { packageProgram, run } from './command.mjs';
import { say, step } from './progress.mjs';
import { canStamp, filesBelow, fingerprint, folderIdentity, isStamped, stamp } from './stamps.mjs';

const GENERATED_CLIENT = inCheckout('libs', 'database', 'src', 'generated');

/** Runs the Prisma CLI. */
export const prisma = (args, env = process.env) =>
  run(process.execPath, [packageProgram('prisma'), ...args], { env, shown: `npx prisma ${args.join(' ')}` });

/** Folders of all projects that are built, libraries first. */
export function projectFolders() {
  const folders = ['libs', 'apps'].flatMap((parent) =>
    existsSync(inCheckout(parent)) ? readdirSync(inCheckout(parent)).map((name) => inCheckout(parent, name)) : [],
  );
  return folders.filter((folder) => {
    const manifest = path.join(folder, 'package.json');
    return existsSync(manifest) && Boolean(JSON.parse(readFileSync(manifest, 'utf8')).scripts?.build);
  });
}

const generated = () => {
  const sources = filesBelow(inCheckout('prisma'), (name) => name.endsWith('.prisma'));
  const version = inCheckout('node_modules', 'prisma', 'package.json');
  return `${fingerprint([...sources, version])} ${folderIdentity(GENERATED_CLIENT)}`;
};

const isCompiled = (name) => name.endsWith('.ts') && !name.endsWith('.spec.ts');

const built = (projects) => {
  const sources = projects.flatMap((folder) => [
    path.join(folder, 'package.json'),
    ...filesBelow(path.join(folder, 'src'), isCompiled),
    ...[path.join(folder, 'build.mjs')].filter(existsSync),
    ...filesBelow(path.join(folder, 'tools')),
  ]);
  const outputs = projects.map((folder) => folderIdentity(path.join(folder, 'dist')));
  return `${fingerprint([...sources, inCheckout('.swcrc'), inCheckout('tools', 'build.mjs')])} ${outputs.join(' ')}`;
};

const isComplete = (projects) =>
  [GENERATED_CLIENT, ...projects.map((folder) => path.join(folder, 'dist'))].every((folder) => existsSync(folder));

/** Generates the Prisma client and builds the projects; what nothing has changed for is left alone, within milliseconds. */
export async function ensureBuilt() {
  const projects = projectFolders();
  const fresh = () => isStamped('generate', generated()) && isStamped('build', built(projects));
  if (fresh()) return;
  if (!canStamp() && isComplete(projects)) {
    say('    this checkout belongs to somebody else: taking it as built');
    return;
  }
  await withCheckoutLock(async () => {
    if (!isStamped('generate', generated())) {
      await step('generate the Prisma client', () => prisma(['generate']));
      stamp('generate', generated());
    }
    if (isStamped('build', built(projects))) return;
    await step(`build ${projects.length} projects`, () =>
      run(process.execPath, [packageProgram('nx'), 'run-many', '-t', 'build', '--outputStyle=stream'], {
        env: { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false' },
        shown: 'npm run build',
      }),
    );
    stamp('build', built(projects));
  });
}
