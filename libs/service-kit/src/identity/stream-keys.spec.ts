import { signAsAgent } from '@agion/messaging';
import { describe, expect, test } from '@jest/globals';
import { StreamKeys } from './stream-keys.js';

const keys = new StreamKeys('a secret of 32 characters or more');
const agent = { organizationId: '0199', agentId: 'support:triage', generation: 2, previousUntil: new Date(1_000) };
const signedWith = (generation: number, agentId = agent.agentId) => ({
  stream: 'agion:events:trust',
  fields: signAsAgent('agion:events:trust', { agent_id: agentId }, keys.of('0199', agentId, generation)),
});

describe('the keys agents sign with', () => {
  test('differ by organization, agent, generation and secret, and are the same in every process', () => {
    const all = [
      keys.of('0199', 'support:triage', 1),
      keys.of('0199', 'support:triage', 2),
      keys.of('0199', 'support:other', 1),
      keys.of('0200', 'support:triage', 1),
      new StreamKeys('another secret of 32 characters …').of('0199', 'support:triage', 1),
    ];
    expect(new Set(all).size).toBe(5);
    expect(new StreamKeys('a secret of 32 characters or more').of('0199', 'support:triage', 1)).toBe(all[0]);
    for (const key of all) expect(key).toMatch(/^agion_stk_[A-Za-z0-9_-]{43}$/);
  });

  test('count while they are the newest, and for a while after a rotation', () => {
    expect(keys.isOwn(signedWith(2), agent, 5_000)).toBe(true);
    expect(keys.isOwn(signedWith(1), agent, 999)).toBe(true);
    expect(keys.isOwn(signedWith(1), agent, 1_000)).toBe(false);
    expect(keys.isOwn(signedWith(1), { ...agent, previousUntil: null }, 0)).toBe(false);
    expect(keys.isOwn(signedWith(3), agent, 0)).toBe(false);
  });

  test('do not speak for another agent', () => {
    const entry = signedWith(2, 'support:other');
    expect(keys.isOwn({ ...entry, fields: { ...entry.fields, agent_id: 'support:triage' } }, agent, 0)).toBe(false);
  });
});
