import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { DEFAULT_ORGANIZATION } from '@agion/wire';
import type { ServiceClient } from '../http/service-client.js';
import { UnavailableError, UpstreamProblemError } from '../problem/domain-error.js';
import type { AgentNotices } from '../streams/agent-notices.consumer.js';
import { AgentFacts, type Freshness } from './agent-facts.client.js';

const acme = { id: '0198c0de-0000-7000-8000-00000000acce', slug: 'acme' };

/** A registry that answers, knows nobody, or is away. */
class Registry {
  state: 'here' | 'empty' | 'away' = 'here';
  fingerprint: Record<string, string> | null = null;
  asked: string[] = [];

  call = (
    _service: string,
    { path, principal }: { path: string; principal: { organization: { slug: string } } },
  ): Promise<unknown> => {
    this.asked.push(`${principal.organization.slug} ${path}`);
    if (this.state === 'away') return Promise.reject(new UnavailableError('`registry` does not answer'));
    if (this.state === 'empty')
      return Promise.reject(new UpstreamProblemError({ type: '/problems/agent-not-found', title: '', status: 404 }));
    const agent = { agent_id: 'demo:a', container_id: 'demo', type: null, framework: null, status: 'active' };
    const keys = { stream_key_generation: 1, previous_stream_key_until: null };
    return Promise.resolve({ ...agent, ...keys, fingerprint: this.fingerprint, created_at: '2026-01-01T00:00:00Z' });
  };
}

let registry: Registry;
let facts: AgentFacts;
let tell: Parameters<AgentNotices['onChanged']>[0];
beforeEach(() => {
  jest.useFakeTimers();
  registry = new Registry();
  facts = new AgentFacts(
    registry as unknown as ServiceClient,
    { name: 'governance' } as never,
    {
      onChanged: (listener: typeof tell) => void (tell = listener),
    } as AgentNotices,
  );
});
afterEach(() => {
  jest.useRealTimers();
});

const ask = (organization = DEFAULT_ORGANIZATION, fresh?: Freshness): ReturnType<AgentFacts['of']> =>
  facts.of(organization, 'demo:a', fresh);

describe('what is known of an agent', () => {
  it('is asked of the registry once in ten seconds, and once for all who ask at the same time', async () => {
    await Promise.all([ask(), ask(), ask()]);
    await ask();
    expect(registry.asked).toEqual(['default /internal/agents/demo%3Aa']);
    jest.advanceTimersByTime(10_000);
    await ask();
    expect(registry.asked).toHaveLength(2);
  });

  it('is asked in each organization', async () => {
    await ask();
    await ask(acme);
    expect(registry.asked).toEqual(['default /internal/agents/demo%3Aa', 'acme /internal/agents/demo%3Aa']);
  });

  it('is remembered though others change while it is asked for, and not when it may itself have changed', async () => {
    const asking = ask();
    tell(DEFAULT_ORGANIZATION.id, ['demo:b']);
    tell(acme.id, ['demo:a']);
    tell(acme.id, null);
    await asking;
    await ask();
    expect(registry.asked).toHaveLength(1);
    for (const changed of [['demo:a'], null]) {
      jest.advanceTimersByTime(10_000);
      registry.asked = [];
      const again = ask();
      tell(DEFAULT_ORGANIZATION.id, changed);
      await again;
      await ask();
      expect(registry.asked).toHaveLength(2);
    }
  });

  it('is the last word while the registry is away, asked for again every second', async () => {
    const known = await ask();
    registry.state = 'away';
    jest.advanceTimersByTime(10_000);
    expect(await ask()).toEqual(known);
    await ask();
    expect(registry.asked).toHaveLength(2);
    jest.advanceTimersByTime(1_000);
    await ask();
    expect(registry.asked).toHaveLength(3);
  });

  it('is nothing that could be guessed when the registry was never there', async () => {
    registry.state = 'away';
    await expect(ask()).rejects.toThrow(UnavailableError);
  });

  it('is forgotten when the agent is gone, and nobody is remembered as unknown', async () => {
    await ask();
    registry.state = 'empty';
    jest.advanceTimersByTime(10_000);
    expect(await ask()).toBeNull();
    registry.state = 'here';
    expect(await ask()).toMatchObject({ id: 'demo:a', container: 'demo', fingerprint: '' });
  });

  it('is as old as whoever asks allows, for agents that are there and for those that are not', async () => {
    const atMost20 = { known: 20, unknown: 20 };
    await ask();
    jest.advanceTimersByTime(20);
    await ask(DEFAULT_ORGANIZATION, atMost20);
    expect(registry.asked).toHaveLength(2);
    registry.state = 'empty';
    jest.advanceTimersByTime(20);
    expect(await ask(DEFAULT_ORGANIZATION, atMost20)).toBeNull();
    jest.advanceTimersByTime(19);
    expect(await ask(DEFAULT_ORGANIZATION, atMost20)).toBeNull();
    expect(registry.asked).toHaveLength(3);
    jest.advanceTimersByTime(1);
    await ask(DEFAULT_ORGANIZATION, atMost20);
    expect(registry.asked).toHaveLength(4);
  });

  it('is asked for again when the registry says that it has changed, whatever was under way', async () => {
    await ask();
    tell(acme.id, ['demo:a']);
    await ask();
    expect(registry.asked).toHaveLength(1);
    tell(DEFAULT_ORGANIZATION.id, ['demo:a']);
    const early = ask();
    tell(DEFAULT_ORGANIZATION.id, ['demo:a']);
    await Promise.all([early, ask()]);
    expect(registry.asked).toHaveLength(3);
    registry.state = 'away';
    tell(DEFAULT_ORGANIZATION.id, ['demo:a']);
    await expect(ask()).rejects.toThrow(UnavailableError);
  });

  it('is doubted when notices may have been missed, and still the last word while the registry is away', async () => {
    const known = await ask();
    tell(DEFAULT_ORGANIZATION.id, null);
    await ask();
    expect(registry.asked).toHaveLength(2);
    registry.state = 'away';
    tell(DEFAULT_ORGANIZATION.id, null);
    expect(await ask()).toEqual(known);
  });

  it('has the same digest of a build in whatever order its parts come', async () => {
    const digests: unknown[] = [];
    const builds: Record<string, string>[] = [{ model: 'm', code: 'c' }, { code: 'c', model: 'm' }, { code: 'c' }];
    for (const fingerprint of builds) {
      registry.fingerprint = fingerprint;
      jest.advanceTimersByTime(10_000);
      digests.push((await ask())?.fingerprint);
    }
    expect(digests[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(digests[1]).toBe(digests[0]);
    expect(digests[2]).not.toBe(digests[0]);
  });
});
