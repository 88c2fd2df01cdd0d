import { spawnSync } from 'node:child_process';

/** Why Python examples cannot run here, or null. */
export function missingForPython(...modules: string[]): string | null {
  const { status, error } = spawnSync('python3', [
    '-c',
    `import sys, ${modules.join(', ')}; sys.exit(sys.version_info < (3, 10))`,
  ]);
  if (error) return 'there is no `python3`';
  return status === 0 ? null : `\`python3\` is older than 3.10 or lacks one of ${modules.join(', ')}`;
}
