#!/usr/bin/env node
// Stands in for Prisma's native `schema-engine` executable, which is downloaded from a host that may be unreachable: the official
// WebAssembly build of the same engine over the official Postgres adapter. prisma.config.ts names this file to the Prisma CLI.
import { parseArguments } from './schema-engine/arguments.mjs';
import { administer } from './schema-engine/database-commands.mjs';

const options = parseArguments(process.argv.slice(2));
if (options.version) console.log('schema-engine-cli wasm');
else if (options.command) await administer(options.command, options.url);
else {
  const { serve } = await import('./schema-engine/json-rpc.mjs');
  serve(options);
}
