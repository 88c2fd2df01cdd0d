// Demo content, so that the first request after the first start has something to fetch.
import pg from 'pg';

const ORGANIZATION = '00000000-0000-7000-8000-000000000001';
const SEEDED_BY = 'service:seed';

const CONFIGURATIONS = [
  {
    kind: 'prompt',
    id: 'data_analysis',
    key: 'data_analysis',
    body: {
      name: 'Data analysis',
      location: 'data_analysis',
      content:
        'You are a careful data analyst. Answer the question of {{audience}} from the data you are given, show the figures you used, and say so when the data does not answer it.',
      variables: ['audience'],
      model_purpose: 'analysis',
      metadata: { demo: true },
    },
  },
  {
    kind: 'model',
    id: 'analysis',
    key: 'analysis',
    body: {
      name: 'Analysis',
      purpose: 'analysis',
      provider: 'openai',
      model: 'gpt-5-mini',
      parameters: { temperature: 0.2, max_tokens: 2000 },
      fallbacks: [],
      credential_ref: 'env:OPENAI_API_KEY',
      pricing: { input_per_mtok: 0.25, output_per_mtok: 2, currency: 'USD' },
      metadata: { demo: true },
    },
  },
  {
    kind: 'resource',
    id: 'sales_db',
    key: 'sales_db',
    body: {
      name: 'sales_db',
      type: 'database',
      config: { engine: 'postgresql', host: 'sales-db.example.com', port: 5432, database: 'sales' },
      credential_ref: 'env:SALES_DB_URL',
      metadata: { demo: true },
    },
  },
];

/**
 * Puts the demo prompt, model and resource into the default organization and names it "Demo". May be repeated: what is there
 * already stays as it is, also when somebody has changed, archived or replaced it.
 * @param {string} databaseUrl the owner's login: the one that runs the migrations
 */
export async function seed(databaseUrl) {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query("SELECT set_config('app.organization_id', $1, true)", [ORGANIZATION]);
    await client.query(
      "UPDATE registry.organizations SET name = 'Demo' WHERE organization_id = $1 AND name = 'Default organization'",
      [ORGANIZATION],
    );
    for (const configuration of CONFIGURATIONS) await seedConfiguration(client, configuration);
    await client.query('COMMIT');
  } finally {
    await client.end(); // ends an unfinished transaction too
  }
}

async function seedConfiguration(client, { kind, id, key, body }) {
  const { rowCount } = await client.query(
    `INSERT INTO registry.configurations (organization_id, kind, id, key, active_version, latest_version)
     VALUES ($1, $2, $3, $4, 1, 1) ON CONFLICT DO NOTHING`,
    [ORGANIZATION, kind, id, key],
  );
  if (rowCount === 0) return;
  await client.query(
    `INSERT INTO registry.configuration_versions (organization_id, kind, configuration_id, version, body, created_by)
     VALUES ($1, $2, $3, 1, $4, $5)`,
    [ORGANIZATION, kind, id, JSON.stringify(body), SEEDED_BY],
  );
}
