// The least that takes events off a stream into Postgres, each once: reads as one consumer of a group with the next batch under way,
// writes a batch in one statement that drops what is there and adds what is new to a sum for each agent, and acknowledges. Or the same
// with Prisma's createMany. Checks nothing, has no dead letters, no signatures, no ceilings.
// Environment: REDIS_URL, DATABASE_URL, OWNER_URL, WRITER (`statement` or `prisma`), TABLES (a schema it makes).
import { Redis } from 'ioredis';
import pg from 'pg';

const STREAM = 'agion:events:trust';
const GROUP = 'governance';
const { REDIS_URL, DATABASE_URL, WRITER, TABLES } = process.env;
const BATCH = WRITER === 'prisma' ? 500 : 1_000;

const TABLES_OF_ITS_OWN = `
CREATE SCHEMA ${TABLES};
CREATE TABLE ${TABLES}.events (event_id uuid PRIMARY KEY, agent_id text NOT NULL, event_type text NOT NULL, severity text NOT NULL,
  impact float8 NOT NULL, context jsonb NOT NULL, at timestamptz NOT NULL);
CREATE INDEX ON ${TABLES}.events (agent_id, at);
CREATE TABLE ${TABLES}.sums (agent_id text PRIMARY KEY, impact float8 NOT NULL, count bigint NOT NULL)`;

const ADD = `ON CONFLICT (agent_id) DO UPDATE SET impact = sums.impact + excluded.impact, count = sums.count + excluded.count`;

const WRITE = `
WITH fresh AS (
  INSERT INTO ${TABLES}.events
  SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::float8[], $6::jsonb[], $7::timestamptz[])
  ON CONFLICT DO NOTHING RETURNING agent_id, impact)
INSERT INTO ${TABLES}.sums SELECT agent_id, sum(impact), count(*) FROM fresh GROUP BY 1 ORDER BY 1 ${ADD}`;

const ADD_SUMS = `INSERT INTO ${TABLES}.sums SELECT * FROM unnest($1::text[], $2::float8[], $3::bigint[]) ${ADD}`;

function fieldsOf(flat) {
  const fields = {};
  for (let index = 0; index < flat.length; index += 2) fields[flat[index]] = flat[index + 1];
  return fields;
}

const timeOf = (id) => new Date(Number(id.split('-')[0]));

function byStatement(client) {
  return (entries) =>
    client.query({
      name: 'write',
      text: WRITE,
      values: [
        entries.map(({ fields }) => fields.event_id),
        entries.map(({ fields }) => fields.agent_id),
        entries.map(({ fields }) => fields.event_type),
        entries.map(({ fields }) => fields.severity),
        entries.map(({ fields }) => fields.impact),
        entries.map(({ fields }) => fields.context),
        entries.map(({ id }) => timeOf(id)),
      ],
    });
}

/** As many would write it: the platform's own table by its Prisma model, and the sums of what was new. */
async function byPrisma(client) {
  const { createPool, PrismaService } = await import('@agion/database');
  const { DEFAULT_ORGANIZATION } = await import('@agion/wire');
  const prisma = new PrismaService(createPool({ url: DATABASE_URL, role: 'agion_governance_worker', max: 5 }));
  return async (entries) => {
    const rows = await prisma.trustEvent.createManyAndReturn({
      skipDuplicates: true,
      select: { agentId: true, impact: true },
      data: entries.map(({ id, fields }) => ({
        organizationId: DEFAULT_ORGANIZATION.id,
        eventId: `${TABLES}:${fields.event_id}`,
        agentId: fields.agent_id,
        type: fields.event_type,
        severity: fields.severity,
        impact: Number(fields.impact),
        dimension: 'reliability',
        weight: 1_000_000n,
        source: 'self',
        fingerprint: '',
        context: JSON.parse(fields.context),
        at: timeOf(id),
      })),
    });
    const sums = Map.groupBy(rows, ({ agentId }) => agentId);
    const agents = [...sums.keys()].sort();
    const impactOf = (agent) => sums.get(agent).reduce((sum, { impact }) => sum + impact, 0);
    await client.query(ADD_SUMS, [agents, agents.map(impactOf), agents.map((agent) => sums.get(agent).length)]);
  };
}

async function consume(write) {
  const reader = new Redis(REDIS_URL);
  const commands = new Redis(REDIS_URL);
  await commands.xgroup('CREATE', STREAM, GROUP, '0', 'MKSTREAM');
  const read = () => reader.xreadgroup('GROUP', GROUP, 'bare', 'COUNT', BATCH, 'BLOCK', 1_000, 'STREAMS', STREAM, '>');
  process.send({ type: 'ready' });
  for (let next = read(); ;) {
    const reply = await next;
    next = read();
    if (!reply) continue;
    const entries = reply[0][1].map(([id, flat]) => ({ id, fields: fieldsOf(flat) }));
    await write(entries);
    await commands.xack(STREAM, GROUP, ...entries.map(({ id }) => id));
  }
}

process.once('disconnect', () => process.exit());
process.once('SIGTERM', () => process.exit());
const client = new pg.Client({ connectionString: process.env.OWNER_URL });
await client.connect();
await client.query(TABLES_OF_ITS_OWN);
await consume(WRITER === 'prisma' ? await byPrisma(client) : byStatement(client));
