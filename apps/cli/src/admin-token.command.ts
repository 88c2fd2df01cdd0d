import { Command } from 'commander';
import type { Outcome } from './main.js';

/** `agion admin-token`: what `npm run admin-token` does. */
export const adminTokenCommand = (outcome: Outcome): Command =>
  new Command('admin-token')
    .description('makes a new token for the service account `admin` and revokes the one before it')
    .action(async () => {
      outcome.status = await (await launcher())();
    });

/** It builds what is not built, and knows the platform of this checkout: neither is there in an image. */
async function launcher(): Promise<() => Promise<number>> {
  try {
    return (await import('../../../tools/launcher/admin-token.mjs')).main;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    const instead = 'run `node scripts/container/admin-token.mjs` in the registry’s container';
    throw new Error(`tokens are made in a checkout, not in this image: ${instead}`, { cause: error });
  }
}
