// npm run bench -- simulate: a draft over so many recorded decisions: time per thousand, and whether memory stays flat.
import { createPool, workerRoleOf } from '../../libs/database/dist/index.js';
import { recordDecisions } from '../../apps/governance/dist/decisions/decision-rows.store.js';
import { LedgerCipher } from '../../apps/governance/dist/ledger/ledger-cipher.js';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { freePort } from '../../tools/launcher/ports.mjs';
import { inCheckout } from '../../tools/setup/checkout.mjs';
import { Failure } from '../../tools/setup/failure.mjs';
import { step } from '../../tools/setup/progress.mjs';
import { startDatabases } from '../harness/databases.mjs';
import { MeasuredProcess } from '../harness/measured-process.mjs';
import { readOptions } from '../harness/options.mjs';
import { platformSettings } from '../harness/platform-settings.mjs';
import { runBenchmark } from '../harness/run.mjs';
import { median } from '../harness/statistics.mjs';
import { fixed, printTable, whole } from '../harness/table.mjs';
import { call } from '../http/public-api.mjs';

const ORGANIZATION = '00000000-0000-7000-8000-000000000001';
const BATCH = 1_000;
const HOUR = 3_600_000;
/** Megabytes the process may grow by in the second half of the rounds: in the first, its heap finds its size. */
const MOST_GROWTH = 32;
/** Megabytes that may be kept, beside garbage, after the last round and not after the first one. */
const MOST_KEPT = 4;
/** Of the amounts, which run from 0 to 999: the recorded policy denies those above the first, the draft those above the second. */
const LIMITS = [500, 100];

const policy = (limit) => ({
  apiVersion: 'agion/v1',
  kind: 'Policy',
  metadata: { id: 'cap' },
  spec: {
    effect: 'deny',
    scope: { agents: ['*'], actions: ['send_email'] },
    condition: `context.amount > ${limit}`,
  },
});
const allowing = {
  apiVersion: 'agion/v1',
  kind: 'Policy',
  metadata: { id: 'mail' },
  spec: { effect: 'allow', scope: { agents: ['*'], actions: ['send_email'] } },
};

await runBenchmark(async (ending) => {
  const { rounds, decisions } = readOptions({ rounds: 9, decisions: 100_000 });
  const databases = await startDatabases(ending);
  const { urls, processes, people } = await platformSettings(databases, {
    split: true,
    extra: { AGION_MODE: 'development' },
  });
  const start = async (name) => {
    const { environment } = processes.find((one) => one.name === name);
    const started = new MeasuredProcess(name, inCheckout('apps', name, 'dist', 'main.js'), {
      environment: { ...environment, METRICS_PORT: String(await freePort()) },
      collects: true,
    });
    ending.atEnd(() => started.stop());
    await started.message((message) => message.type === 'ready');
    return { started, environment };
  };
  const { started: governance, environment } = await step('start the services', async () => {
    await start('registry');
    await start('gateway');
    return start('governance');
  });
  const ask = async (path, body) => {
    const { status, body: text } = await call(urls.gateway, 'POST', path, {
      token: people.admin,
      body,
    });
    if (status >= 300) throw new Failure(`POST ${path} was answered ${status}: ${text}`);
    return JSON.parse(text);
  };
  await ask('/api/v1/policies', allowing);
  await ask('/api/v1/policies', policy(LIMITS[0]));
  const startedAt = Date.now() - HOUR;
  await step(`record ${whole(decisions)} decisions`, () => record(databases, environment, decisions, startedAt));

  const body = { policy: policy(LIMITS[1]), window: { from: new Date(startedAt - HOUR).toISOString() } };
  const expected = Array.from({ length: decisions }, (_, n) => n % 1_000).filter(
    (amount) => amount > LIMITS[1] && amount <= LIMITS[0],
  ).length;
  const times = [];
  const memory = [];
  const { rssMb: before } = await governance.usage();
  const kept = [];
  await step(`${rounds} simulations`, async () => {
    for (let round = 0; round < rounds; round += 1) {
      const before = performance.now();
      const found = await ask('/api/v1/policies/simulate', body);
      times.push(performance.now() - before);
      memory.push((await governance.usage()).rssMb);
      if (round === 0 || round === rounds - 1) kept.push(await governance.kept());
      if (!found.complete || found.decisions !== decisions || found.changed !== expected || found.undecidable !== 0)
        throw new Failure(`${JSON.stringify({ ...found, samples: undefined })}, and ${expected} should have changed`);
    }
  });
  const perThousand = (median(times) / decisions) * 1_000;
  const growth = Math.max(...memory) - memory[Math.floor(rounds / 2)];
  const more = kept.at(-1) - kept[0];
  printTable(
    ['a draft over recorded decisions', 'ms', 'ms per 1,000', 'RSS first MB', 'RSS last MB'],
    [[whole(decisions), whole(median(times)), fixed(2)(perThousand), whole(memory[0]), whole(memory.at(-1))]],
  );
  console.log(`  RSS after each, MB: ${memory.map(whole).join(', ')}; ${whole(before)} before them.`);
  console.log(`  Kept when garbage was collected, after the first and the last, MB: ${kept.map(fixed(1)).join(', ')}.`);
  console.log(`  Median of ${rounds}, over HTTP through the gateway. Each found all ${whole(expected)} changes.\n`);
  const flat = growth <= MOST_GROWTH && more <= MOST_KEPT;
  return {
    fine: flat,
    verdict: flat
      ? `${whole(decisions)} decisions simulated: ${fixed(2)(perThousand)} ms per 1,000, memory flat (${more.toFixed(1)} MB more kept after the last round than after the first; RSS ${growth.toFixed(0)} MB more in the second half)`
      : `RSS grew by ${growth.toFixed(0)} MB, at most ${MOST_GROWTH}; ${more.toFixed(1)} MB more are kept, at most ${MOST_KEPT}`,
  };
});

/** As governance writes them. */
async function record({ databaseUrl, ownerUrl }, { AGION_LEDGER_KEY }, count, startedAt) {
  const pool = createPool({ url: databaseUrl, role: workerRoleOf('governance'), max: 1 });
  const cipher = new LedgerCipher(AGION_LEDGER_KEY);
  try {
    for (let first = 0; first < count; first += BATCH)
      await pool.query(
        recordDecisions(
          Array.from({ length: Math.min(BATCH, count - first) }, (_, n) => decided(first + n, startedAt)),
          cipher,
        ),
      );
    await analyzed(ownerUrl);
  } finally {
    await pool.end();
  }
}

/** What the database does by itself within a minute of so much being written. */
async function analyzed(connectionString) {
  const client = new pg.Client({ connectionString });
  await client.connect();
  await client.query('ANALYZE governance.decisions, governance.decision_inputs');
  await client.end();
}

function decided(number, startedAt) {
  const at = new Date(startedAt + number * 10);
  const amount = number % 1_000;
  const agent = `bench:agent-${number % 50}`;
  const denied = amount > LIMITS[0];
  return {
    organizationId: ORGANIZATION, decisionId: uuidv7({ msecs: at.getTime() }), agentId: agent, action: 'send_email', resource: null,
    decision: denied ? 'deny' : 'allow', matched: [], winner: null, reason: '', failingTerms: [], obligations: [], errors: [],
    shadowDecision: null, shadowMatched: [], policyRevision: 2, trustScore: 0.5, evalUs: 1, source: 'bus', answered: true, correlationId: null,
    replyTo: null, missionId: null, sessionId: null, userId: null, executionId: null, at, fingerprint: null,
    request: {
      agent: { id: agent, status: 'active', trust: 0.5, tier: 'standard' }, action: { name: 'send_email' }, env: { mode: 'development' },
      arguments: { to: 'somebody@example.com' }, context: { amount, query: 'quarterly revenue by region, stacked bar chart' },
    },
  }; // prettier-ignore
}
