import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asOwner, eventually, freePorts } from '@agion/testing';
import { type Platform, startPlatform } from '../../../e2e/platform.js';
import { createPolicies } from '../../../e2e/policies.js';
import { Child } from './child.js';

/** Fault row 36: what an agent's process loses when it ends, in whatever way. */
const FLUSH_MS = 400;
/** Milliseconds that sending may take on a busy machine. */
const SENDING_MS = 1_500;

let platform: Platform;
let children = 0;

beforeAll(async () => {
  platform = await startPlatform();
  await createPolicies(platform, { id: 'reading', effect: 'allow', actions: ['read'] });
}, 60_000);
afterAll(() => platform?.stop());

/** @param way `redis`, `http`, or the URL of another Redis */
async function start(name: string, way: string): Promise<{ child: Child; agentId: string }> {
  children += 1;
  const agentId = `fleet-${children}:worker`;
  const { body } = await platform.call('POST', '/api/v1/agents/register', { body: { agent_id: agentId, name } });
  const child = await Child.start(name, {
    AGION_TOKEN: body.token as string,
    AGENT_ID: agentId,
    AGION_AGENT_CONTAINER_ID: `fleet-${children}`,
    AGION_GATEWAY_URL: platform.url,
    FLUSH_MS: String(FLUSH_MS),
    ...(way !== 'http' && { REDIS_URL: way === 'redis' ? platform.redis.url : way }),
  });
  return { child, agentId };
}

const column = async (agentId: string, table: string, name: string): Promise<Set<string>> => {
  const { rows } = await asOwner(platform.database, (client) =>
    client.query<{ id: string }>(`SELECT ${name} AS id FROM governance.${table} WHERE agent_id = $1`, [agentId]),
  );
  return new Set(rows.map(({ id }) => id));
};

describe.each(['redis', 'http'])('an agent that tells everything over %s', (way) => {
  it('has sent all of a full buffer when it ends on SIGTERM, and ends by it', async () => {
    const { child, agentId } = await start('full-buffer', way);
    await eventually(() => expect(child.said).toEqual([{ buffered: 5_500 }]), { timeoutMs: 15_000 });
    child.signal('SIGTERM');
    expect(await child.ended()).toEqual({ code: null, signal: 'SIGTERM' });
    expect(child.stderr).toBe('');
    await eventually(
      async () => {
        expect((await column(agentId, 'trust_events', 'event_id')).size).toBe(5_000);
        expect((await column(agentId, 'decisions', 'decision_id')).size).toBe(500);
      },
      { timeoutMs: 30_000, intervalMs: 100 },
    );
  }, 60_000);

  it('loses no more than one interval when it is killed, and nothing that was acknowledged', async () => {
    const { child, agentId } = await start('steady-agent', way);
    await eventually(() => expect(child.said.length).toBeGreaterThan(2_000), { timeoutMs: 30_000 });
    child.signal('SIGKILL');
    expect(await child.ended()).toMatchObject({ signal: 'SIGKILL' });
    const said = (kind: string): { id: string; at: number }[] =>
      child.said.filter((each) => each.kind === kind) as unknown as { id: string; at: number }[];
    await eventually(
      async () => {
        const [now, decisions] = [
          await column(agentId, 'trust_events', 'event_id'),
          await column(agentId, 'decisions', 'decision_id'),
        ];
        expect(said('durable').filter(({ id }) => !now.has(id))).toEqual([]);
        for (const [kind, kept] of [
          ['event', now],
          ['decision', decisions],
        ] as const) {
          const all = said(kind);
          const lost = all.filter(({ id }) => !kept.has(id));
          const last = all.at(-1)?.at ?? 0;
          // A flush under way at the end counts as the interval before it.
          expect(lost.filter(({ at }) => at < last - 2 * FLUSH_MS - SENDING_MS)).toEqual([]);
          expect(all.length - lost.length).toBeGreaterThan(0);
        }
      },
      { timeoutMs: 20_000, intervalMs: 100 },
    );
  }, 60_000);

  it('ends by itself when everything is closed: no timer and no socket is left, and no error', async () => {
    const { child } = await start('short-life', way);
    expect(await child.ended()).toEqual({ code: 0, signal: null });
    expect(child.stderr).toBe('');
    expect(child.said).toEqual([
      {
        allowed: true,
        decidedBy: way === 'redis' ? 'bus' : 'http',
        published: 3,
        failed: 0,
        dropped: 0,
        buffer_size: 0,
      },
    ]);
  }, 60_000);
});

describe('an agent without its Redis', () => {
  it('publishes 200,000 events into bounded memory, waits for none of them, and counts what it drops', async () => {
    const [port] = await freePorts(1);
    const child = await Child.start('redis-away', { REDIS_URL: `redis://127.0.0.1:${port}` });
    expect(await child.ended(60_000)).toEqual({ code: 0, signal: null });
    const [during, after] = child.said as [Record<string, number>, Record<string, number>];
    expect(during).toMatchObject({ published: 0, failed: 0, dropped: 200_000, bufferSize: 10_000 });
    expect(during.turnsWhilePublishing).toBe(0);
    expect(during.grown).toBeLessThan(8 * 1024 * 1024);
    expect(after).toEqual({ published: 0, failed: 0, dropped: 210_000, bufferSize: 0 });
  }, 90_000);

  it('ends soon after it was closed', async () => {
    const [port] = await freePorts(1);
    const { child } = await start('closed-without-redis', `redis://127.0.0.1:${port}`);
    await eventually(() => expect(child.said).toEqual([{ closed: true }]), { timeoutMs: 15_000 });
    const closedAt = performance.now();
    expect(await child.ended()).toEqual({ code: 0, signal: null });
    expect(performance.now() - closedAt).toBeLessThan(5_000);
  }, 30_000);
});
