import { pathToFileURL } from 'node:url';
import { ensureBuilt } from '../setup/build.mjs';
import { inCheckout } from '../setup/checkout.mjs';

/** `npm run agion -- …`: the command line, built first if need be. */
export async function main(args) {
  await ensureBuilt();
  const cli = await import(pathToFileURL(inCheckout('apps', 'cli', 'dist', 'index.js')).href);
  return cli.main(args);
}
