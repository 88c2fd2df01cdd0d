import { spawnSync } from 'node:child_process';
import { describe } from '@jest/globals';

/** Why Python examples cannot run here, or null. */
function missingForPython(modules: readonly string[]): string | null {
  const script = `import sys, ${modules.join(', ')}; sys.exit(sys.version_info < (3, 10))`;
  const { status, error } = spawnSync('python3', ['-c', script]);
  if (error) return 'there is no `python3`';
  return status === 0 ? null : `\`python3\` is older than 3.10 or lacks one of ${modules.join(', ')}`;
}

/** Tests of an example in Python; they are skipped, and say so, where Python lacks what it needs. */
export function describeWithPython(name: string, modules: readonly string[], tests: () => void): void {
  const missing = missingForPython(modules);
  if (missing === null) return describe(name, tests);
  process.stderr.write(`skipped: ${name}: ${missing}\n`);
  describe.skip(name, tests);
}
