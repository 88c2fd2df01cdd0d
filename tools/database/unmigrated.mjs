import { Failure } from '../setup/failure.mjs';

/** What PostgreSQL says when the database, a schema, a table or a role of ours is not there. */
const MISSING = ['3D000', '3F000', '42P01', '42704'];

/** Does what needs a migrated database. @throws Failure in one line when it is not */
export async function onMigrated(work) {
  try {
    return await work();
  } catch (error) {
    if (!MISSING.includes(error.code)) throw error;
    throw new Failure(`${error.message}: run \`npm run db:migrate\` first`);
  }
}
