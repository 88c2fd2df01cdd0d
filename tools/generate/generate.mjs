import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { ensureBuilt } from '../setup/build.mjs';
import { inCheckout } from '../setup/checkout.mjs';
import { Failure } from '../setup/failure.mjs';

/** What is written from what, and by whom it is read. None of these files is edited by hand. Loaded when all is built. */
const FILES = {
  'libs/database/src/latest-migration.ts': async () => (await import('./latest-migration.mjs')).latestMigration(), // what readiness asks the database for
  'libs/dto/openapi.json': async () => (await import('./openapi.mjs')).openApi(), // the gateway's reference, the types of the SDKs
  'libs/sdk/src/generated/api.ts': async () => (await import('./sdk-api.mjs')).sdkApi(), // the clients of the SDK
  'libs/sdk/etc/sdk.api.md': async () => (await sdkSurface()).index.report, // reviewers
  'libs/sdk/etc/sdk-testing.api.md': async () => (await sdkSurface()).testing.report, // the same for `@agion/sdk/testing`
  'libs/dto/asyncapi.json': async () => (await import('./asyncapi.mjs')).asyncApi(), // the same for what goes over Redis
  '.env.example': async () => (await import('./env-example.mjs')).envExample(), // people
};

const sdkSurface = async () => (await import('../../libs/sdk/tools/declarations.mjs')).publicSurface();
const current = (name) => (existsSync(inCheckout(name)) ? readFileSync(inCheckout(name), 'utf8') : undefined);

/** `npm run generate`: writes every generated file; `--check`: writes nothing and fails where one would change. */
export async function main(args) {
  const check = args.includes('--check');
  const unknown = args.find((argument) => argument !== '--check');
  if (unknown !== undefined) throw new Failure(`\`npm run generate\` does not know \`${unknown}\``);
  await ensureBuilt();
  const stale = [];
  for (const [name, generate] of Object.entries(FILES)) {
    const content = await generate();
    if (current(name) === content) continue;
    stale.push(name);
    if (!check) writeFileSync(inCheckout(name), content);
  }
  if (check && stale.length > 0)
    throw new Failure(`${stale.join(', ')} differ from what \`npm run generate\` writes: run it and commit`);
  console.log(stale.length > 0 ? `written: ${stale.join(', ')}` : 'all generated files are as they should be');
  return 0;
}
