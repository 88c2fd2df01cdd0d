import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';

const ROOT = path.resolve(import.meta.dirname, '../..');
const BOUNDARIES = '@nx/enforce-module-boundaries';
const RESTRICTED = 'no-restricted-imports';

interface Case {
  name: string;
  file: string;
  text: string;
  rule: string | null;
}

const importing = (specifier: string): string => `import * as all from '${specifier}';\nexport const use = all;\n`;

const CASES: Case[] = [
  {
    name: 'the pure library reaching for a server library',
    file: 'libs/wire/src/agent-id.ts',
    text: importing('@agion/messaging'),
    rule: BOUNDARIES,
  },
  {
    name: 'the pure library reaching for a package',
    file: 'libs/wire/src/agent-id.ts',
    text: importing('ioredis'),
    rule: BOUNDARIES,
  },
  {
    name: 'a relative import that no build leaves behind',
    file: 'libs/wire/src/tokens.ts',
    text: importing('./agent-id.ts'),
    rule: 'no-restricted-imports',
  },
  {
    name: 'the same in an example, which runs as it is',
    file: 'examples/echo-agent/src/main.ts',
    text: importing('./server.ts'),
    rule: null,
  },
  {
    name: 'the policy engine reaching for a library',
    file: 'libs/policy-engine/src/evaluate.ts',
    text: importing('@agion/wire'),
    rule: BOUNDARIES,
  },
  {
    name: 'the policy engine reaching for another package',
    file: 'libs/policy-engine/src/evaluate.ts',
    text: importing('uuid'),
    rule: BOUNDARIES,
  },
  {
    name: 'the language of conditions outside the policy engine',
    file: 'libs/wire/src/agent-id.ts',
    text: importing('@marcbachmann/cel-js'),
    rule: BOUNDARIES,
  },
  {
    name: 'the clock inside the policy engine',
    file: 'libs/policy-engine/src/evaluate.ts',
    text: 'export const at = (): number => Date.now();\n',
    rule: 'no-restricted-syntax',
  },
  {
    name: 'messaging knowing Nest',
    file: 'libs/messaging/src/backoff.ts',
    text: importing('@nestjs/common'),
    rule: BOUNDARIES,
  },
  {
    name: 'the SDK knowing what services send',
    file: 'libs/sdk/src/agion-sdk.ts',
    text: importing('@agion/dto'),
    rule: BOUNDARIES,
  },
  {
    name: 'the SDK bringing Nest to agents',
    file: 'libs/sdk/src/governance/governance.guard.ts',
    text: importing('@nestjs/common'),
    rule: BOUNDARIES,
  },
  {
    name: 'a service using the SDK of agents',
    file: 'apps/registry/src/agents/agents.service.ts',
    text: importing('@agion/sdk'),
    rule: BOUNDARIES,
  },
  {
    name: 'the SDK using what is inside it',
    file: 'libs/sdk/src/agent-session.ts',
    text: importing('@agion/policy-engine'),
    rule: null,
  },
  {
    name: 'the gateway having a database',
    file: 'apps/gateway/src/gateway.module.ts',
    text: importing('@agion/database'),
    rule: BOUNDARIES,
  },
  {
    name: 'one service importing another',
    file: 'apps/registry/src/registry.module.ts',
    text: importing('@agion/governance'),
    rule: BOUNDARIES,
  },
  {
    name: 'a library importing a service',
    file: 'libs/service-kit/src/run.ts',
    text: importing('@agion/gateway'),
    rule: BOUNDARIES,
  },
  {
    name: 'a service class speaking to Postgres',
    file: 'apps/registry/src/agents/agents.service.ts',
    text: importing('@agion/database'),
    rule: RESTRICTED,
  },
  {
    name: 'a controller speaking to Redis',
    file: 'apps/registry/src/agents/agents.controller.ts',
    text: importing('@agion/messaging'),
    rule: RESTRICTED,
  },
  {
    name: 'a connection made outside the factory',
    file: 'apps/registry/src/agents/agents.service.ts',
    text: importing('ioredis'),
    rule: RESTRICTED,
  },
  {
    name: 'an import past a door',
    file: 'apps/registry/src/agents/agents.service.ts',
    text: importing('@agion/wire/src/streams.js'),
    rule: RESTRICTED,
  },
  {
    name: 'the clock inside pure code',
    file: 'libs/wire/src/agent-id.ts',
    text: 'export const at = (): number => Date.now();\n',
    rule: 'no-restricted-syntax',
  },
  {
    name: 'text evaluated as code',
    file: 'apps/registry/src/agents/agents.service.ts',
    text: 'export const run = (text: string): unknown => new Function(text);\n',
    rule: 'no-restricted-syntax',
  },
  {
    name: 'the policy engine using the language of conditions',
    file: 'libs/policy-engine/src/condition.ts',
    text: importing('@marcbachmann/cel-js'),
    rule: null,
  },
  {
    name: 'a store speaking to Postgres',
    file: 'apps/registry/src/agents/agents.store.ts',
    text: importing('@agion/database'),
    rule: null,
  },
  {
    name: 'a service using the kit',
    file: 'apps/registry/src/agents/agents.service.ts',
    text: importing('@agion/service-kit'),
    rule: null,
  },
];

describe('lint keeps the walls', () => {
  let broken: Record<string, string[]>;

  beforeAll(() => {
    projectGraph();
    const output = execFileSync(process.execPath, ['e2e/house/lint-cases.mjs', JSON.stringify(CASES), ROOT], {
      cwd: ROOT,
      env: NX_ENV,
    });
    broken = JSON.parse(output.toString()) as Record<string, string[]>;
  }, 120_000);

  test.each(CASES.filter(({ rule }) => rule !== null))('$name is refused', ({ name, rule }) => {
    expect(broken[name]).toContain(rule);
  });

  test.each(CASES.filter(({ rule }) => rule === null))('$name is fine', ({ name }) => {
    const walls = broken[name]?.filter((rule) => rule === BOUNDARIES || rule === RESTRICTED);
    expect(walls).toEqual([]);
  });
});

describe('the project graph', () => {
  test('has no cycle', () => {
    expect(cycleIn(projectGraph())).toBeNull();
  });

  test('and a cycle would be found', () => {
    expect(cycleIn({ a: ['b'], b: ['c'], c: ['a'], d: ['a'] })).toEqual(['a', 'b', 'c', 'a']);
  });
});

/** In CI typescript-eslint would lint the file on the disk instead of the text it is given. */
const NX_ENV = { ...process.env, NX_DAEMON: 'false', NO_COLOR: '1', TSESTREE_SINGLE_RUN: 'false' };

/** What depends on what, as nx sees it; asking also makes the graph that the lint rule reads. */
function projectGraph(): Record<string, string[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'agion-graph-'));
  const file = path.join(folder, 'graph.json');
  execFileSync(process.execPath, ['node_modules/nx/dist/bin/nx.js', 'graph', `--file=${file}`], {
    cwd: ROOT,
    env: NX_ENV,
    stdio: 'pipe',
  });
  const { graph } = JSON.parse(readFileSync(file, 'utf8')) as {
    graph: { dependencies: Record<string, { target: string }[]> };
  };
  rmSync(folder, { recursive: true });
  return Object.fromEntries(
    Object.entries(graph.dependencies).map(([project, targets]) => [
      project,
      targets.map(({ target }) => target).filter((target) => !target.startsWith('npm:')),
    ]),
  );
}

function cycleIn(graph: Record<string, string[]>, from?: string, path: string[] = []): string[] | null {
  if (from === undefined) {
    for (const project of Object.keys(graph)) {
      const cycle = cycleIn(graph, project);
      if (cycle) return cycle;
    }
    return null;
  }
  const seen = path.indexOf(from);
  if (seen >= 0) return [...path.slice(seen), from];
  for (const next of graph[from] ?? []) {
    const cycle = cycleIn(graph, next, [...path, from]);
    if (cycle) return cycle;
  }
  return null;
}
