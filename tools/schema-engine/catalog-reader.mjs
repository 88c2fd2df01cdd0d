import { createRequire } from 'node:module';
import { ColumnTypeEnum } from '@prisma/driver-adapter-utils';

// The adapter knows the column types applications use; the engine also reads Postgres' catalog. pg parses each value by its real
// type; afterwards the column is declared as the nearest type the adapter knows. Numbers are pg_type oids.
const RELABELLED = new Map([
  [18, 1002], // "char" → "char"[], turned into a single character below
  [19, 25], // name → text
  [1002, 1009], // "char"[] → text[]
  [1003, 1009], // name[] → text[]
  [24, 25], // regproc → text
  [194, 25], // pg_node_tree → text
  [2205, 25], // regclass → text
  [2206, 25], // regtype → text
  [3361, 25], // pg_ndistinct → text
]);

const Result = createRequire(import.meta.url)('pg/lib/result');
const addFields = Result.prototype.addFields;
Result.prototype.addFields = function relabelFields(fields) {
  addFields.call(this, fields);
  for (const field of fields) field.dataTypeID = RELABELLED.get(field.dataTypeID) ?? field.dataTypeID;
};

/** An adapter's connection (or transaction), made fit for reading the catalog and for running whole migration scripts. */
export function asCatalogReader(queryable) {
  const queryRaw = queryable.queryRaw.bind(queryable);
  queryable.queryRaw = async (query) => {
    const result = await queryRaw(query);
    const columnTypes = result.columnTypes.map((type) =>
      type === ColumnTypeEnum.CharacterArray ? ColumnTypeEnum.Character : type,
    );
    return { ...result, columnTypes };
  };
  if (queryable.executeScript) queryable.executeScript = (script) => executeScript(queryable, script);
  const startTransaction = queryable.startTransaction?.bind(queryable);
  if (startTransaction) {
    queryable.startTransaction = async (...options) => asCatalogReader(await startTransaction(...options));
  }
  return queryable;
}

/**
 * Like the native engine: one message on one session. The adapter's own version cuts the script at every `;`, also inside function
 * bodies and literals, and may send BEGIN and COMMIT to different connections.
 */
async function executeScript(queryable, script) {
  const session = await queryable.underlyingDriver().connect();
  try {
    await session.query(script);
  } catch (error) {
    await session.query('ROLLBACK').catch(() => {}); // the script may have opened a transaction
    queryable.onError(error);
  } finally {
    session.release();
  }
}
