import { Command } from 'commander';
import { main as replaceToken } from '../../../tools/launcher/admin-token.mjs';
import type { Outcome } from './main.js';

/** `agion admin-token`: what `npm run admin-token` does. */
export const adminTokenCommand = (outcome: Outcome): Command =>
  new Command('admin-token')
    .description('makes a new token for the service account `admin` and revokes the one before it')
    .action(async () => {
      outcome.status = await replaceToken();
    });
