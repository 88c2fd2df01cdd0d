import { mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { CHECKOUT, inCheckout } from './checkout.mjs';
import { Failure } from './failure.mjs';
import { releaseLock, takeLock } from './lock-file.mjs';
import { say } from './progress.mjs';

const LOCK = inCheckout('.nx', 'agion-setup.lock');

/** One installation or build at a time in this checkout: `npm start` and `npm test` may begin together. */
export async function withCheckoutLock(work) {
  try {
    mkdirSync(inCheckout('.nx'), { recursive: true });
    for (let told = false, owner; (owner = takeLock(LOCK)); await sleep(200)) {
      if (!told) say(`  … another command (pid ${owner.pid}) is setting up this checkout, waiting for it`);
      told = true;
    }
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes(error.code)) throw error;
    throw new Failure(
      `this checkout must be set up first, and you may not write to ${CHECKOUT}: run \`npm ci && npm run build\` as its owner`,
    );
  }
  try {
    return await work();
  } finally {
    releaseLock(LOCK);
  }
}
