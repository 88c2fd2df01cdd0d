import { accessSync, constants, readFileSync } from 'node:fs';
import { inCheckout } from './checkout.mjs';
import { Failure } from './failure.mjs';

/** Whether `version` (`v24.1.0` or `24.1.0`) is `minimum` or later. */
export function isAtLeast(version, minimum) {
  const parts = (text) => text.replace(/^\D*/, '').split('.').map(Number);
  const [have, need] = [parts(version), parts(minimum)];
  for (const index of [0, 1, 2]) {
    if ((have[index] ?? 0) !== (need[index] ?? 0)) return (have[index] ?? 0) > (need[index] ?? 0);
  }
  return true;
}

/** What package.json's `engines.node` asks for. */
export const requiredNode = () =>
  JSON.parse(readFileSync(inCheckout('package.json'), 'utf8')).engines.node.replace(/^\D*/, '');

/**
 * The Node to go on with: npm brings one for Linux on x64 and arm64; elsewhere the host's own must be recent enough.
 * @throws Failure when there is none
 */
export function projectNode({ version = process.version, executable = process.execPath } = {}) {
  const required = requiredNode();
  if (isAtLeast(version, required)) return executable;
  const bundled = inCheckout('node_modules', '.bin', 'node');
  try {
    accessSync(bundled, constants.X_OK);
    return bundled;
  } catch {
    throw new Failure(
      `Agion needs Node ${required} or later; this is ${version}, and npm has none for ${process.platform}-${process.arch}. ` +
        'Install a recent Node 24 and try again.',
    );
  }
}
