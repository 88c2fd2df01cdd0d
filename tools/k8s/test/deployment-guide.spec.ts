import {
  chmodSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isAsShown, sectionOf, stepsOf } from '../../../e2e/docs/readme-steps.js';
import { inCheckout } from '../../setup/checkout.mjs';
import { COMPOSE } from '../check-manifests.mjs';
import { environmentOf, readCompose } from '../compose-file.mjs';
import { renderOverlay } from '../kustomize.mjs';
import { run } from './compose-platform.js';

const GUIDE = readFileSync(inCheckout('docs', 'deployment.md'), 'utf8');
/** What this machine may not have: they write down how they are called, and what they are given. */
const STANDING_IN = ['docker', 'kubectl'];

interface Call {
  program: string;
  args: string[];
  input: string;
}

const folder = mkdtempSync(path.join(tmpdir(), 'agion-guide-'));
const log = path.join(folder, 'calls');
const program = `#!${process.execPath}
const { appendFileSync, readFileSync } = require('node:fs');
const args = process.argv.slice(2);
const input = args.includes('-') ? readFileSync(0, 'utf8') : '';
appendFileSync(process.env.CALLS, JSON.stringify({ program: require('node:path').basename(__filename), args, input }) + '\\n');
`;

/** Runs the commands of a section as a reader does, in a folder that looks like the checkout. */
async function follow(heading: string): Promise<{ calls: Call[]; printed: string; shown: string }> {
  rmSync(log, { force: true });
  const steps = stepsOf(sectionOf(GUIDE, heading));
  const env = { PATH: `${path.join(folder, 'bin')}:${path.dirname(process.execPath)}:${process.env.PATH}`, CALLS: log };
  const script = `cd '${folder}'\nset -eu -o pipefail\n${steps.map(({ command }) => command).join('\n')}`;
  const { status, printed, complaints } = await run('bash', [], env, script);
  expect({ status, complaints }).toEqual({ status: 0, complaints: '' });
  const calls = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
  return {
    calls: calls.map((line) => JSON.parse(line) as Call),
    printed,
    shown: steps.map(({ shown }) => shown).join(''),
  };
}

beforeAll(() => {
  mkdirSync(path.join(folder, 'bin'));
  for (const name of STANDING_IN) {
    writeFileSync(path.join(folder, 'bin', name), program);
    chmodSync(path.join(folder, 'bin', name), 0o755);
  }
  const npm = `#!/bin/sh\n[ "$*" = 'run k8s:check' ] && exec '${process.execPath}' '${inCheckout('tools', 'k8s-check.mjs')}'\n`;
  writeFileSync(path.join(folder, 'bin', 'npm'), npm);
  chmodSync(path.join(folder, 'bin', 'npm'), 0o755);
  for (const name of ['scripts', 'k8s', 'tools']) symlinkSync(inCheckout(name), path.join(folder, name));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const compose = readCompose(COMPOSE) as { services: Record<string, { profiles?: string[] }> };
/** Words of a call that are neither options nor the words of the command itself. */
const operands = (args: string[], ...known: string[]): string[] =>
  args.filter((arg, at) => !arg.startsWith('-') && !known.includes(arg) && args[at - 1] !== '--profile');

describe('the deployment guide', () => {
  it('has a test for each command it shows', () => {
    const headings = [...GUIDE.matchAll(/^## (.+)$/gm)].map(([, heading = '']) => heading);
    const withCommands = headings.filter((heading) => stepsOf(sectionOf(GUIDE, heading)).length > 0);
    expect(withCommands).toEqual([
      'Images',
      'On one machine',
      'The first agent', // compose-platform.spec.ts
      'In a cluster of your own',
      'In production',
      'A new release',
      'Checking changes',
    ]);
  });

  it('builds images of apps and stages that there are', async () => {
    const { calls } = await follow('Images');
    const [app, migrate, cli, doctor] = calls.map(({ args }) => args.join(' '));
    const name = /^build --build-arg APP=(\S+) -t agion\/\1:\S+ \.$/.exec(app ?? '')?.[1];
    expect(globSync('apps/*', { cwd: inCheckout() }).map((one) => path.basename(one))).toContain(name);
    expect(migrate).toMatch(/^build --target migrate -t agion\/migrate:\S+ \.$/);
    expect(cli).toMatch(/^build --target cli -t agion\/cli:\S+ \.$/);
    expect(doctor).toMatch(/^run --rm --network agion_services .*agion\/cli:\S+ doctor$/);
    for (const stage of ['migrate', 'cli'])
      expect(readFileSync(inCheckout('Dockerfile'), 'utf8')).toMatch(new RegExp(`^FROM base AS ${stage}$`, 'm'));
  });

  it('starts services of the compose file, with the settings it names', async () => {
    const { calls } = await follow('On one machine');
    for (const { program: called, args } of calls) {
      expect([called, args[0]]).toEqual(['docker', 'compose']);
      for (const name of operands(args, 'compose', 'up', 'down')) expect(Object.keys(compose.services)).toContain(name);
      const profile = args[args.indexOf('--profile') + 1];
      if (args.includes('--profile')) expect(compose.services['all-in-one']?.profiles).toEqual([profile]);
    }
    const variables = parseEnv(readFileSync(path.join(folder, '.env'), 'utf8'));
    const gateway: Record<string, string> = environmentOf(readCompose(COMPOSE, variables), 'gateway', '');
    expect(gateway).toMatchObject({ ...variables });
    expect(Object.keys(variables).length).toBeGreaterThan(2);
  });

  it('names every variable that the compose file takes', () => {
    const taken = readFileSync(COMPOSE, 'utf8').match(/(?<=\$\{)\w+/g) ?? [];
    expect(
      [...new Set(taken)].filter(
        (name) => !sectionOf(GUIDE, 'On one machine').includes(`\`${name}`) && !name.endsWith('_FILE'),
      ),
    ).toEqual([]);
  });

  it('applies manifests that there are to a cluster of one’s own', async () => {
    const { calls } = await follow('In a cluster of your own');
    const names = (
      renderOverlay(inCheckout('k8s', 'overlays', 'local')) as { kind: string; metadata: { name: string } }[]
    ).map(({ kind, metadata }) => `${kind.toLowerCase()}/${metadata.name}`);
    const named = calls.flatMap(({ args }) => args.filter((arg) => /^(job|deployment|service)\//.test(arg)));
    expect(named).toHaveLength(3);
    expect(named.filter((name) => !names.includes(name))).toEqual([]);
    const made = calls
      .filter(({ args }) => args.slice(0, 2).join(' ') === 'create namespace')
      .map(({ args }) => `namespace/${args[2]}`);
    expect(made).toEqual(names.filter((name) => name.startsWith('namespace/')).sort());
    const secrets = JSON.parse(calls.find(({ input }) => input)?.input ?? '{}') as { items: { kind: string }[] };
    expect(secrets.items.map(({ kind }) => kind)).toEqual(Array(9).fill('Secret'));
    expect(
      calls.filter(({ args }) => args.includes('-k')).every(({ args }) => existsSync(inCheckout(args.at(-1) ?? ''))),
    ).toBe(true);
  });

  it('makes the secrets of production from addresses with TLS', async () => {
    const { calls } = await follow('In production');
    const secrets = JSON.parse(calls[0]?.input ?? '{}') as { items: { metadata: { name: string } }[] };
    expect(secrets.items.map(({ metadata }) => metadata.name)).toContain('agion-migrate');
    expect(calls.slice(1).map(({ args }) => args)).toEqual([
      ['apply', '-k', 'k8s/overlays/production'],
      ['apply', '-k', 'k8s/agents'],
    ]);
  });

  it('brings a new release up as the first one', async () => {
    const { calls } = await follow('A new release');
    expect(calls.map(({ args }) => args)).toEqual([['compose', 'up', '--build', '--detach', '--wait']]);
  });

  it('checks changes as it shows', async () => {
    const { printed, shown } = await follow('Checking changes');
    expect(isAsShown(printed, shown) ? shown : printed).toBe(shown);
  }, 60_000);
});
