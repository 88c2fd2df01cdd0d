import type pg from 'pg';

/** The schemas of the four services that keep tables, and of their partitions. */
const SCHEMAS = ['registry', 'governance', 'governance_partitions', 'coordination', 'execution'];

interface TableFacts {
  name: string;
  organization: boolean;
  enabled: boolean;
  forced: boolean;
  policies: { name: string; narrows: boolean; using: string | null; check: string | null; roles: string }[];
}

const FACTS = `SELECT n.nspname || '.' || c.relname AS name, c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced,
    EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'organization_id' AND a.attnotnull
      AND a.atttypid = 'uuid'::regtype AND NOT a.attisdropped) AS organization,
    coalesce((SELECT json_agg(json_build_object('name', p.policyname, 'narrows', p.permissive = 'RESTRICTIVE', 'using', p.qual, 'check', p.with_check,
      'roles', array_to_string(p.roles, ','))) FROM pg_policies p WHERE p.schemaname = n.nspname AND p.tablename = c.relname), '[]') AS policies
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = ANY($1) AND c.relkind IN ('r', 'p') ORDER BY 1`;

/** What is wrong with the isolation of organizations, a line for each table at fault; and how many tables were looked at. */
export async function unprotectedTables(client: pg.Client): Promise<{ faults: string[]; tables: number }> {
  const { rows } = await client.query<TableFacts>(FACTS, [SCHEMAS]);
  const faults = rows.flatMap((table) => {
    const wrong = faultsOf(table);
    return wrong.length === 0 ? [] : [`${table.name}: ${wrong.join(', ')}`];
  });
  return { faults, tables: rows.length };
}

function faultsOf({ organization, enabled, forced, policies }: TableFacts): string[] {
  const tenant = policies.find(({ name }) => name === 'tenant');
  const worker = policies.find(({ name }) => name === 'worker');
  const bound = (rule: string | null): boolean =>
    /^\(organization_id = \( SELECT (public\.)?current_organization\(\)/.test(rule ?? '');
  const checks: [boolean, string][] = [
    [organization, 'no column organization_id uuid NOT NULL'],
    [enabled, 'row-level security is off'],
    [forced, 'row-level security is not forced'],
    [tenant !== undefined && bound(tenant.using) && bound(tenant.check), 'no tenant policy'],
    [worker !== undefined && worker.roles === 'agion_worker', 'no worker policy'],
    [
      policies.every(({ name, narrows }) => narrows || name === 'tenant' || name === 'worker'),
      'a policy nobody expects',
    ],
  ];
  return checks.flatMap(([holds, fault]) => (holds ? [] : [fault]));
}
