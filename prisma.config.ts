import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'prisma/config';

if (existsSync('.env')) process.loadEnvFile('.env');

// Prisma's native engine is fetched from a host that may be unreachable; ours comes with `npm ci`. Where the native one is at
// hand, name it in this variable: same schema, same migrations, same records in the database.
process.env['PRISMA_SCHEMA_ENGINE_BINARY'] ??= fileURLToPath(new URL('./tools/schema-engine.mjs', import.meta.url));
process.env['CHECKPOINT_DISABLE'] ??= '1'; // Prisma's version check, one outside connection per command

export default defineConfig({
  schema: 'prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env['DATABASE_URL'] ?? '' },
});
