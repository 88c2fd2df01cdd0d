import { readdirSync } from 'node:fs';
import { inCheckout } from '../setup/checkout.mjs';
import { Failure } from '../setup/failure.mjs';

/** The newest migration as a constant, so that a running service knows which one it was built for. */
export function latestMigration() {
  const folders = readdirSync(inCheckout('prisma', 'migrations'), { withFileTypes: true });
  const newest = folders
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
    .at(-1);
  if (newest === undefined) throw new Failure('`prisma/migrations` holds no migration');
  return `/** The newest folder of \`prisma/migrations\`: what this build of the services needs to find applied. */
export const LATEST_MIGRATION = '${newest}';
`;
}
