import { describe } from '@jest/globals';
import type { ContainerCommand } from './conforming.js';
import { exampleFolder } from './example-process.js';
import { describeWithPython } from './python.js';

/** Every container among the examples, by its id. */
export const CONTAINERS = {
  'echo-agent': { command: [process.execPath, 'src/main.ts'], cwd: exampleFolder('echo-agent') },
  'template-ts': {
    command: [process.execPath, 'src/index.ts'],
    cwd: exampleFolder('agent-container-template', 'typescript'),
  },
  'template-py': { command: ['python3', 'main.py'], cwd: exampleFolder('agent-container-template', 'python') },
} satisfies Record<string, Omit<ContainerCommand, 'env'>>;

/** The name of a container among the examples. */
export type ContainerName = keyof typeof CONTAINERS;

/** How a container is started that is told its id. */
export const containerCommand = (name: ContainerName, env: Record<string, string> = {}): ContainerCommand => ({
  ...CONTAINERS[name],
  env: { AGION_AGENT_CONTAINER_ID: name, ...env },
});

/** The same tests for each of them; those in Python are skipped, and say so, where Python lacks what they need. */
export function describeContainers(circumstances: string, tests: (name: ContainerName) => void): void {
  for (const name of Object.keys(CONTAINERS) as ContainerName[]) {
    const title = `the container ${name}${circumstances}`;
    if (name === 'template-py') describeWithPython(title, ['httpx', 'redis'], () => tests(name));
    else describe(title, () => tests(name));
  }
}
