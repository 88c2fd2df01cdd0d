import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { UnauthorizedError } from '../src/errors.js';
import { GovernanceClient } from '../src/governance/governance-client.js';
import { type ScriptedGateway, startScriptedGateway } from './scripted-gateway.js';

/** What a container tells its agents by its environment, and a client by nothing else. */
let gateway: ScriptedGateway;
let folder: string;
let before: NodeJS.ProcessEnv;

beforeEach(async () => {
  before = { ...process.env };
  for (const name of Object.keys(process.env)) if (/^(AGION_|REDIS_URL$)/.test(name)) delete process.env[name];
  folder = await mkdtemp(path.join(tmpdir(), 'agion-token-'));
  gateway = await startScriptedGateway();
});
afterEach(async () => {
  process.env = before;
  await gateway.stop();
  await rm(folder, { recursive: true });
});

const OUTCOME = {
  decision_id: '0198c0de-0000-7000-8000-000000000001',
  decision: 'allow',
  allowed: true,
  matched: [],
  winner: null,
  reason: 'because',
  failing_terms: [],
  obligations: [],
  errors: [],
  policy_revision: 3,
  trust_score: 0.5,
  eval_us: 12.5,
  source: 'http',
};
const question = { agentId: 'charts', action: 'draw' };

describe('a client without arguments', () => {
  it('goes by the environment alone: over HTTP where there is no Redis, with the container before the name', async () => {
    Object.assign(process.env, {
      AGION_GATEWAY_URL: gateway.url,
      AGION_AGENT_CONTAINER_ID: 'nodejs-v1',
      AGION_TOKEN: 't',
    });
    gateway.answer(() => ({ body: OUTCOME }));
    const decision = await new GovernanceClient().checkPermission({ ...question, context: { rows: 1 } });
    expect(decision).toEqual({
      decisionId: OUTCOME.decision_id,
      decision: 'allow',
      allowed: true,
      obligations: [],
      reason: 'because',
      policyRevision: 3,
      policies: [],
      decidedBy: 'http',
      trustScore: 0.5,
      evalMicros: 12.5,
    });
    expect(gateway.received).toMatchObject([
      {
        method: 'POST',
        path: '/api/v1/governance/check',
        headers: { authorization: 'Bearer t' },
        body: { agent_id: 'nodejs-v1:charts', action: 'draw', context: { rows: 1 } },
      },
    ]);
  });

  it('reads the token again from its file when the platform refuses it', async () => {
    const file = path.join(folder, 'token');
    await writeFile(file, 'old\n');
    Object.assign(process.env, {
      AGION_GOVERNANCE_URL: gateway.url,
      AGION_AGENT_CONTAINER_ID: 'nodejs-v1',
      AGION_TOKEN_FILE: file,
    });
    gateway.answer(({ headers }) =>
      headers.authorization === 'Bearer new' ? { body: OUTCOME } : { status: 401, body: { title: 'Unauthenticated' } },
    );
    const client = new GovernanceClient();
    await expect(client.checkPermission(question)).rejects.toThrow(UnauthorizedError);
    await writeFile(file, 'new\n');
    expect((await client.checkPermission(question)).allowed).toBe(true);
  });

  it.each<[string, object]>([
    ['an answer that contradicts itself', { ...OUTCOME, decision: 'deny' }],
    ['an answer without a decision', { ok: true }],
    ['an answer with a decision nobody knows', { ...OUTCOME, decision: 'maybe' }],
    ['nothing', {}],
  ])('takes %s for a denial', async (_, body) => {
    Object.assign(process.env, { AGION_GATEWAY_URL: gateway.url, AGION_AGENT_CONTAINER_ID: 'nodejs-v1' });
    gateway.answer(() => ({ body }));
    const decision = await new GovernanceClient().checkPermission(question);
    expect(decision).toMatchObject({ decision: 'deny', allowed: false, unavailable: true });
  });

  it.each([429, 500, 502, 503])('takes the status %i for a denial for want of an answer', async (status) => {
    Object.assign(process.env, { AGION_GATEWAY_URL: gateway.url, AGION_AGENT_CONTAINER_ID: 'nodejs-v1' });
    gateway.answer(() => ({ status }));
    const decision = await new GovernanceClient().checkPermission(question);
    expect(decision).toMatchObject({ decision: 'deny', allowed: false, unavailable: true });
    expect(gateway.received).toHaveLength(1);
  });

  it('says what is missing when it knows nobody to ask, or not whose agent it is', async () => {
    expect(() => new GovernanceClient()).toThrow('set `REDIS_URL`, or `AGION_GOVERNANCE_URL` or `AGION_GATEWAY_URL`');
    process.env.AGION_GATEWAY_URL = gateway.url;
    await expect(new GovernanceClient().checkPermission(question)).rejects.toThrow(
      'the agent `charts` has no container',
    );
    expect(gateway.received).toEqual([]);
  });

  it('waits for an answer no longer than it is told to', async () => {
    Object.assign(process.env, { AGION_GATEWAY_URL: gateway.url, AGION_AGENT_CONTAINER_ID: 'nodejs-v1' });
    gateway.answer(() => ({ silent: true }));
    const decision = await new GovernanceClient().checkPermission({ ...question, timeoutMs: 50 });
    expect(decision.reason).toContain('did not answer within 50 ms');
  });
});
