import { randomUUID } from 'node:crypto';
import { eventually } from '@agion/testing';
import { STREAMS, type Organization, type StreamName } from '@agion/wire';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DeadLetterRowsStore } from '../src/dead-letters/dead-letter-rows.store.js';
import { DeadLettersUpkeep, KEPT_DAYS } from '../src/dead-letters/dead-letters-upkeep.service.js';
import { agent, type Fields, person, TrustUnderTest } from './trust-under-test.js';

interface Letter {
  id: string;
  stream: string;
  source_id: string;
  agent_id: string | null;
  failed_at: string;
  status: string;
}

let running: TrustUnderTest;
beforeAll(async () => {
  running = await TrustUnderTest.start();
}, 60_000);
afterAll(() => running.stop());

const about = (agentId: string, given: Fields = {}): Fields => ({
  agent_id: agentId,
  event_type: 'task_completed',
  severity: 'positive',
  impact: '0.05',
  event_id: randomUUID(),
  ...given,
});

async function letters(query: string, as = person('operator')): Promise<Letter[]> {
  const { status, body } = await running.call('GET', `/v1/dead-letters?${query}`, as);
  expect(status).toBe(200);
  return body.items as Letter[];
}

/** Entries nobody can handle. @returns what became of them, in their order */
async function dead(entries: Fields[], stream: StreamName = STREAMS.trust, of?: Organization): Promise<Letter[]> {
  const ids = await running.append(stream, entries, of);
  return eventually(
    async () => {
      const all = await letters(`limit=200&stream=${stream}`, person('operator', of));
      const found = ids.flatMap((id) => all.find(({ source_id: source }) => source === id) ?? []);
      expect(found).toHaveLength(ids.length);
      return found;
    },
    { timeoutMs: 15_000 },
  );
}

describe('dead letters', () => {
  it('of every stream are listed, those that died last first, page by page, each once', async () => {
    await dead(Array.from({ length: 5 }, (_, n) => about('page:ghost', { event_id: `page-${n}` })));
    await dead([{ agent_id: 'page:a', nonsense: '1' }], STREAMS.feedback);
    await dead([{ event_id: 'x', type: 'made.up' }], STREAMS.audit);
    const times: string[] = [];
    const streams = new Set<string>();
    let cursor = '';
    do {
      const { body } = await running.call('GET', `/v1/dead-letters?limit=2${cursor && `&cursor=${cursor}`}`);
      times.push(...body.items.map(({ failed_at: at }: Letter) => at));
      for (const { stream } of body.items as Letter[]) streams.add(stream);
      cursor = body.next_cursor ?? '';
    } while (cursor);
    expect(times).toHaveLength(7);
    expect(times).toEqual([...times].sort().reverse());
    expect([...streams].sort()).toEqual([STREAMS.audit, STREAMS.feedback, STREAMS.trust]);
  });

  it('are found by stream, status, agent, kind and time', async () => {
    const [letter] = await dead([about('find:ghost')]);
    const { failed_at: at = '', id } = letter ?? {};
    const later = new Date(Date.parse(at) + 1).toISOString();
    const ids = async (query: string): Promise<string[]> => (await letters(query)).map((each) => each.id);
    for (const query of [
      'agent_id=find:ghost',
      `agent_id=find:ghost&stream=${STREAMS.trust}&status=open&kind=permanent`,
      `agent_id=find:ghost&since=${at}&until=${later}`,
    ])
      expect(await ids(query)).toEqual([id]);
    for (const query of [
      `stream=${STREAMS.missions}`,
      'status=redriven',
      'kind=exhausted',
      `since=${later}`,
      `until=${at}`,
    ])
      expect(await ids(`agent_id=find:ghost&${query}`)).toEqual([]);
  });

  it('say what the entry held and what it died of, without secrets and without names of classes', async () => {
    const token = `agion_stk_${'x'.repeat(43)}`;
    const held = about('whole:ghost', { context: JSON.stringify({ token, text: 'kept' }), error: 'its own' });
    const [{ id, source_id: source } = { id: '', source_id: '' }] = await dead([held]);
    const { body } = await running.call('GET', `/v1/dead-letters/${id}`);
    expect(body).toMatchObject({
      stream: STREAMS.trust,
      source_id: source,
      agent_id: 'whole:ghost',
      kind: 'permanent',
      error: 'organization `default` has no agent `whole:ghost`',
      deliveries: 1,
      status: 'open',
      redrives: 0,
      shortened: false,
      obstacle: null,
      settled_at: null,
      fields: { ...held, context: '{"token":"agion_stk_[redacted]","text":"kept"}' },
    });
  });

  it('show little of what is large, and no more than there is room for', async () => {
    const [{ id } = { id: '' }] = await dead([about('large:ghost', { context: `"${'x'.repeat(200_000)}"` })]);
    const { body } = await running.call('GET', `/v1/dead-letters/${id}`);
    expect(body).toMatchObject({ shortened: true, obstacle: null, bytes: expect.any(Number) });
    expect(body.bytes).toBeGreaterThan(200_000);
    expect(JSON.stringify(body).length).toBeLessThan(70_000);
  });

  it('keep whatever anybody has written, and the stream goes on', async () => {
    const odd = { agent_id: 'a\u0000b', 'n\u0000': '\u0000', ['__proto__']: 'x', redriven: '{}', source_id: 'x' };
    const [{ id } = { id: '' }] = await dead([odd]);
    const { body } = await running.call('GET', `/v1/dead-letters/${id}`);
    expect(body).toMatchObject({ agent_id: null, error: expect.stringContaining('`redriven` is reserved') });
    expect(body.fields).toMatchObject({ 'n\u0000': '\u0000', redriven: '{}', source_id: 'x' });
    await running.append(STREAMS.trust, [about('odd:a')]);
    await eventually(async () => expect(await running.events('odd:a')).toHaveLength(1));
  });

  it('are encrypted where they are kept', async () => {
    const [{ id } = { id: '' }] = await dead([about('sealed:ghost', { context: '{"note":"zebrafish"}' })]);
    const [row] = await running.rows('SELECT * FROM governance.dead_letters WHERE dead_letter_id = $1', id);
    expect((row?.content as Buffer).includes('zebrafish')).toBe(false);
    expect(JSON.stringify({ ...row, content: null })).not.toContain('zebrafish');
  });

  it('survive a Redis that loses everything, and are told once although they are read again', async () => {
    const [{ id } = { id: '' }] = await dead([about('lost:ghost')]);
    const key = `${STREAMS.trust}:dead`;
    await running.commands.call('XGROUP', 'SETID', key, 'governance', '0');
    await running.append(STREAMS.trust, [about('lost:ghost')]);
    await eventually(async () => expect(await letters('agent_id=lost:ghost')).toHaveLength(2));
    await running.commands.flushall();
    expect((await running.call('GET', `/v1/dead-letters/${id}`)).body).toMatchObject({ status: 'open' });
    await dead([about('after:ghost')]);
  });

  it('are discarded with a reason, once, with a trace in the audit trail', async () => {
    const [{ id } = { id: '' }] = await dead([about('waste:ghost')]);
    const path = `/v1/dead-letters/${id}/discard`;
    const body = { reason: 'a container of a test' };
    expect((await running.call('POST', path, person('operator'), {})).status).toBe(422);
    expect(await running.call('POST', path, person('operator'), body)).toMatchObject({
      status: 200,
      body: { status: 'discarded', settled_by: 'user:ada', reason: body.reason, settled_at: expect.any(String) },
    });
    for (const again of ['discard', 'redrive'])
      expect(await running.call('POST', `/v1/dead-letters/${id}/${again}`, person('operator'), body)).toMatchObject({
        status: 409,
        body: { type: '/problems/dead-letter-settled', detail: expect.stringContaining('was discarded by `user:ada`') },
      });
    await eventually(async () =>
      expect(
        await running.rows(
          "SELECT type, subject ->> 'stream' AS stream, details ->> 'reason' AS reason FROM governance.audit_events WHERE subject ->> 'id' = $1",
          id,
        ),
      ).toEqual([{ type: 'dead_letter.discarded', stream: STREAMS.trust, reason: body.reason }]),
    );
  });

  it('are counted while they are open, and removed thirty days after they died', async () => {
    const [upkeep, rows] = [running.part(DeadLettersUpkeep), running.part(DeadLetterRowsStore)];
    const open = async (): Promise<number> =>
      (await upkeep.open()).find(({ organization, stream }) => organization === 'acme' && stream === STREAMS.decisions)
        ?.entries ?? 0;
    const [first] = await dead([{ n: '1' }, { n: '2' }], STREAMS.decisions, running.acme);
    expect(await open()).toBe(2);
    const age =
      "UPDATE governance.dead_letters SET recorded_at = now() - $2 * interval '1 day' WHERE dead_letter_id = $1";
    await running.rows(age, first?.id, 29);
    await rows.forget(KEPT_DAYS);
    expect(await open()).toBe(2);
    await running.rows(age, first?.id, 31);
    expect(await rows.forget(KEPT_DAYS)).toEqual({ removed: 1, open: 1, more: false });
    expect(await open()).toBe(1);
  });

  it('are nobody’s but the operators’ of the organization', async () => {
    const [{ id } = { id: '' }] = await dead([about('theirs:ghost')], STREAMS.trust, running.acme);
    const paths: [string, string, unknown?][] = [
      ['GET', `/v1/dead-letters/${id}`],
      ['POST', `/v1/dead-letters/${id}/redrive`],
      ['POST', `/v1/dead-letters/${id}/discard`, { reason: 'not mine' }],
    ];
    for (const [method, path, body] of paths) {
      expect(await running.call(method, path, person('admin'), body)).toMatchObject({
        status: 404,
        body: { type: '/problems/dead-letter-not-found' },
      });
      for (const as of [person('viewer', running.acme), agent('theirs:a', running.acme)])
        expect((await running.call(method, path, as, body)).status).toBe(403);
    }
    expect((await running.call('GET', '/v1/dead-letters', person('viewer'))).status).toBe(403);
    expect(await letters('agent_id=theirs:ghost')).toEqual([]);
    expect(await letters('agent_id=theirs:ghost', person('operator', running.acme))).toMatchObject([
      { id, status: 'open', stream: STREAMS.trust },
    ]);
  });

  it('of a stream are kept up to a number and a size: the settled and the first go, and no other stream’s', async () => {
    const rows = running.part(DeadLetterRowsStore);
    const many = await dead(
      ['a', 'b', 'c', 'd'].map((n) => ({ n, text: 'x'.repeat(1_000) })),
      STREAMS.decisions,
    );
    await dead([{ n: 'other' }], STREAMS.executionReports);
    const [first, second] = many.map(({ id }) => id);
    await running.call('POST', `/v1/dead-letters/${second}/discard`, person('operator'), { reason: 'noise' });
    await running.rows(
      "UPDATE governance.dead_letters SET recorded_at = recorded_at - interval '1 second' WHERE dead_letter_id = $1",
      first,
    );
    expect(await rows.thin({ letters: 10_000, bytes: 1_000_000_000 })).toEqual({ removed: 0, open: 0, more: false });
    await rows.thin({ letters: 3, bytes: 1_000_000_000 });
    expect((await letters(`stream=${STREAMS.decisions}`)).map(({ id }) => id)).not.toContain(second);
    await rows.thin({ letters: 10_000, bytes: 2_500 });
    const left = (await letters(`stream=${STREAMS.decisions}`)).map(({ id }) => id);
    expect(left).toHaveLength(2);
    expect(left).not.toContain(first);
    expect(await letters(`stream=${STREAMS.executionReports}`)).toHaveLength(1);
  });

  it.each(['status=lost', 'kind=x', 'cursor=x', 'agent_id=A', 'stream=governance:responses', 'since=now',
    'since=2026-02-01T00:00:00Z&until=2026-01-01T00:00:00Z'])('are not found by %s', async (query) => {
    expect((await running.call('GET', `/v1/dead-letters?${query}`)).status).toBe(422);
  }); // prettier-ignore
});
