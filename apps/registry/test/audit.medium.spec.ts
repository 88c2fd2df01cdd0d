import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { entrySigner, parsePublicKeys } from '@agion/service-kit';
import { eventually } from '@agion/testing';
import { STREAMS, streamKey } from '@agion/wire';
import { anonymous, operator, RegistryUnderTest, viewer } from './registry-under-test.js';

let registry: RegistryUnderTest;
beforeAll(async () => {
  registry = await RegistryUnderTest.start();
});
afterAll(() => registry.close());

const register = (agentId: string, as = operator()) =>
  registry.call('POST', '/v1/agents/register', { as, body: { agent_id: agentId, name: agentId } });

describe('the audit stream', () => {
  it('tells every administrative change once, in order, signed by the registry', async () => {
    await register('aud:one');
    await register('aud:one');
    await register('aud:dev', anonymous);
    await registry.call('POST', '/v1/agents/aud:one/token', { body: { overlap_seconds: 5 } });
    await registry.call('POST', '/v1/containers/aud/tokens', { body: {} });
    await registry.call('POST', '/v1/agents/aud:one/retire');
    await registry.call('POST', '/v1/agents/aud:one/retire');
    const prompt = { id: 'aud', name: 'A', location: 'aud', content: 'one' };
    await registry.call('POST', '/v1/prompts', { body: prompt });
    await registry.call('PUT', '/v1/prompts/aud', { body: { ...prompt, content: 'two' } });
    await registry.call('PUT', '/v1/prompts/aud/rollout', { body: { candidate: 1, percent: 10 } });
    await registry.call('POST', '/v1/prompts/aud/versions/1/activate');
    await registry.call('DELETE', '/v1/prompts/aud');
    await registry.call('DELETE', '/v1/prompts/aud', { as: viewer() });

    const stream = streamKey('default', STREAMS.audit);
    const entries = await eventually(async () => {
      const found = await registry.entries(stream);
      expect(found.map(({ type, subject }) => `${type} ${(JSON.parse(subject ?? '') as { id: string }).id}`)).toEqual([
        'agent.registered aud:one',
        'token.issued aud:one',
        'agent.registered aud:dev',
        'token.issued aud:dev',
        'token.rotated aud:one',
        'token.issued aud',
        'agent.retired aud:one',
        'prompt.created aud',
        'prompt.changed aud',
        'prompt.rolled_out aud',
        'prompt.activated aud',
        'prompt.archived aud',
      ]);
      return found;
    });
    const keys = parsePublicKeys(registry.env.AGION_SERVICE_KEYS ?? '') ?? new Map();
    for (const entry of entries) {
      expect(entrySigner(stream, entry, keys)).toBe('registry');
      expect(entrySigner(stream, { ...entry, outcome: 'failed' }, keys)).toBeNull();
      expect(entrySigner(streamKey('acme', STREAMS.audit), entry, keys)).toBeNull();
      expect(JSON.stringify(entry)).not.toContain('agion_');
    }
    expect(new Set(entries.map(({ event_id }) => event_id)).size).toBe(entries.length);
    expect(JSON.parse(entries[0]?.actor ?? '')).toEqual({ kind: 'user', id: 'olga' });
    await eventually(async () => expect(await registry.rows('SELECT id FROM registry.outbox')).toEqual([]));
  });

  it('of another organization is another stream', async () => {
    const acme = await registry.organization('acme');
    const before = (await registry.entries(STREAMS.audit)).length;
    await register('aud:acme', operator(acme));
    await eventually(async () => expect(await registry.entries('org:acme:agion:events:audit')).toHaveLength(2));
    expect(await registry.entries(STREAMS.audit)).toHaveLength(before);
  });

  it('gets what was committed while Redis was away', async () => {
    await registry.redisServer.stop();
    const made = await registry.call('POST', '/v1/prompts', { body: { name: 'A', location: 'away', content: 'x' } });
    expect(made.status).toBe(201);
    expect((await registry.call('GET', '/v1/prompts/by-location/away')).status).toBe(200);
    expect((await register('aud:away')).body).toMatchObject({ status: 503, type: '/problems/unavailable' });
    expect((await registry.call('GET', '/v1/agents/aud:away')).status).toBe(404);
    await registry.redisServer.start();
    await eventually(
      async () => {
        const types = (await registry.entries(STREAMS.audit)).map(({ type }) => type);
        expect(types).toEqual(['prompt.created']);
      },
      { timeoutMs: 20_000 },
    );
  });
});
