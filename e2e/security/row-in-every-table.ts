import { asOwner, type TestDatabase } from '@agion/testing';
import type pg from 'pg';

interface Column {
  table: string;
  name: string;
  type: string;
  /** An enum's first word. */
  label: string | null;
}

/** Columns that must be given. */
const COLUMNS = `SELECT c.relname AS table, a.attname AS name, format_type(a.atttypid, NULL) AS type,
    (SELECT e.enumlabel FROM pg_enum e WHERE e.enumtypid = a.atttypid ORDER BY e.enumsortorder LIMIT 1) AS label
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
  WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
    AND a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' ORDER BY 1, a.attnum`;

/** A value of a type that is the same for each column of one organization, so that rows refer to each other. */
function valueOf({ name, type, label }: Column, organizationId: string): unknown {
  if (name === 'organization_id') return organizationId;
  if (label !== null) return label;
  if (name === 'risk') return 'low'; // a check holds it to three words
  if (type.endsWith('[]')) return [];
  if (type === 'uuid') return organizationId;
  if (/^(smallint|integer|bigint|numeric|real|double)/.test(type)) return 1;
  if (type === 'boolean') return false;
  if (/^json/.test(type)) return '{}';
  if (/^(timestamp|date)/.test(type)) return '2026-01-01';
  if (type === 'bytea') return Buffer.from(organizationId);
  return `x${organizationId.slice(-4)}`;
}

/**
 * Writes one row of an organization into every table of a schema; those that refer to others after them. As the owner, since a service
 * may not write into each of its tables by itself.
 * @returns the tables
 * @throws Error naming tables that take no made-up row
 */
export const rowInEveryTable = (database: TestDatabase, schema: string, organizationId: string): Promise<string[]> =>
  asOwner(database, async (client) => {
    await client.query("SELECT set_config('app.organization_id', $1, false)", [organizationId]);
    return write(client, schema, organizationId);
  });

async function write(client: pg.Client, schema: string, organizationId: string): Promise<string[]> {
  const { rows: columns } = await client.query<Column>(COLUMNS, [schema]);
  const tables = [...Map.groupBy(columns, ({ table }) => table)];
  let waiting = tables;
  while (waiting.length > 0) {
    const errors: string[] = [];
    const left: typeof waiting = [];
    for (const [table, own] of waiting) {
      try {
        await client.query({
          text: `INSERT INTO ${schema}."${table}" (${own.map(({ name }) => `"${name}"`).join()})
            VALUES (${own.map((_, at) => `$${at + 1}`).join()}) ON CONFLICT DO NOTHING`,
          values: own.map((column) => valueOf(column, organizationId)),
        });
      } catch (error) {
        left.push([table, own]);
        errors.push(`${schema}.${table}: ${String(error)}`);
      }
    }
    if (left.length === waiting.length) throw new Error(`no row could be made up:\n${errors.join('\n')}`);
    waiting = left;
  }
  return tables.map(([table]) => table);
}
