import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@agion/testing';
import type { Platform } from '../platform.js';
import { ALLOW, CAP, PolicyFolder } from './policy-folder.js';

let opened: PolicyFolder;
let platform: Platform;
let folder: string;
const file: PolicyFolder['file'] = (name, text) => opened.file(name, text);
const policy: PolicyFolder['policy'] = (args, env) => opened.policy(args, env);

beforeAll(async () => {
  opened = await PolicyFolder.open();
  platform = opened.platform;
  folder = opened.path;
}, 60_000);
afterAll(() => opened?.close());

describe('agion policy simulate', () => {
  it('says what recorded decisions would have become', async () => {
    const strict = file(
      'strict/cap.yaml',
      CAP.replace('cli_cap', 'cli_strict').replace('> 500', '> 100').replaceAll('cli:*', 'cli_sim:*'),
    );
    const open = file(
      'open/allow.yaml',
      ALLOW.replaceAll('cli_allow', 'cli_sim_allow').replaceAll('cli:*', 'cli_sim:*'),
    );
    expect((await policy(['apply', open])).status).toBe(0);
    const { body: agent } = await platform.call('POST', '/api/v1/agents/register', {
      body: { agent_id: 'cli_sim:a', name: 'A' },
    });
    for (const amount of [50, 200, 300])
      await platform.call('POST', '/api/v1/governance/check', {
        token: (agent as { token: string }).token,
        body: { agent_id: 'cli_sim:a', action: 'send_email', context: { amount } },
      });
    await eventually(async () => {
      const { status, out } = await policy([
        'simulate',
        strict,
        '--since',
        '1h',
        '--agents',
        'cli_sim:*',
        '-o',
        'json',
      ]);
      expect(status).toBe(0);
      expect(JSON.parse(out)).toMatchObject({ complete: true, decisions: 3, changed: 2, undecidable: 0 });
    });
    const { status, out } = await policy(['simulate', strict, '--agents', 'cli_sim:*', '--fail-on-change']);
    expect([status, out.split('\n')[0]]).toEqual([1, '3 decisions: 2 would change, 0 undecidable']);
    expect(out).toMatch(/by effect\n {2}allow → deny {2}2\n/);
    expect(out).toMatch(/cli_sim:a → send_email {2}allow → deny {2}too much/);
  });

  it.each([['yesterday'], ['24'], ['2026-03-01']])('knows no `--since %s`', async (since) => {
    expect((await policy(['simulate', folder, '--since', since])).status).toBe(2);
  });
});

describe('agion policy why', () => {
  it('explains a decision', async () => {
    const { body: agent } = await platform.call('POST', '/api/v1/agents/register', {
      body: { agent_id: 'cli:a', name: 'A' },
    });
    const { body } = await platform.call('POST', '/api/v1/governance/check', {
      token: (agent as { token: string }).token,
      body: { agent_id: 'cli:a', action: 'drop_table' },
    });
    const { status, out } = await policy(['why', (body as { decision_id: string }).decision_id]);
    expect([status, out.split('\n')[0]]).toEqual([0, 'deny  cli:a → drop_table']);
    expect(out).toContain('what would change it');
  });
});
