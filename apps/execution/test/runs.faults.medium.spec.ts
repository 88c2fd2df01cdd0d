import { afterEach, describe, expect, it } from '@jest/globals';
import type { RunDto } from '@agion/dto';
import { asOwner, eventually } from '@agion/testing';
import type { RunningService } from '@agion/service-kit';
import { endsRun, type Principal, type Problem } from '@agion/wire';
import { aUser, startExecution, type Answer, type ExecutionBench } from './execution.js';
import { startOpenAiServer, type OpenAiServer, type Script } from './openai-server.js';

const ada = aUser('ada');
const bob = aUser('bob');
const eve = aUser('eve', { organization: { id: '0199f3a2-7c41-7000-8000-00000000acae', slug: 'acme' } });
const NO_SHARES = { RUN_CALLER_LIMIT: '100', RUN_ORGANIZATION_PERCENT: '100' };

describe('runs when something goes wrong', () => {
  let model: OpenAiServer | undefined;
  let bench: ExecutionBench | undefined;
  afterEach(async () => {
    await model?.close();
    await bench?.close();
    [model, bench] = [undefined, undefined];
  });

  async function setUp(script: Script, settings: Record<string, string> = {}): Promise<ExecutionBench> {
    model = await startOpenAiServer(script);
    const openai = { OPENAI_BASE_URL: model.baseUrl, OPENAI_MODEL: 'test-model' };
    bench = await startExecution({ ...openai, RUN_STOP_SECONDS: '0', ...settings });
    return bench;
  }
  const start = (run_id: string, at?: RunningService): Promise<Answer<Partial<RunDto & Problem>>> => {
    if (!bench) throw new Error('nothing is set up');
    return bench.call(ada, 'POST', '/v1/runs', { run_id, user_message: 'Rain?' }, { at });
  };
  const settled = (id: string, timeoutMs = 15_000): Promise<RunDto> =>
    eventually(
      async () => {
        const answer = await bench?.call<RunDto>(ada, 'GET', `/v1/runs/${id}`);
        expect(['queued', 'running']).not.toContain(answer?.body.status);
        return answer?.body as RunDto;
      },
      { timeoutMs },
    );
  const ends = (id: string): Promise<unknown[]> =>
    eventually(async () => {
      const found = ((await bench?.events(id)) ?? []).filter(endsRun);
      expect(found.length).toBeGreaterThan(0);
      return found;
    });
  const speaking = (id: string): Promise<void> =>
    eventually(async () => expect((await bench?.events(id))?.map(({ kind }) => kind)).toContain('text.delta'));

  it('answers 503 when all places are taken, and still knows the runs it has', async () => {
    const { call } = await setUp(
      { pieces: ['a'], ending: 'silence' },
      { RUN_CONCURRENCY: '1', RUN_QUEUE: '1', ...NO_SHARES },
    );
    expect((await start('working')).status).toBe(202);
    await speaking('working');
    expect((await start('waiting')).status).toBe(202);
    const refused = await start('refused');
    expect(refused).toMatchObject({ status: 503, body: { type: '/problems/unavailable' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await start('waiting')).toMatchObject({ status: 202, body: { status: 'queued' } });
    await call(ada, 'POST', '/v1/runs/waiting/cancel');
    await call(ada, 'POST', '/v1/runs/working/cancel');
    expect((await settled('waiting')).status).toBe('cancelled');
    expect(await ends('waiting')).toMatchObject([{ kind: 'run.failed', code: 'RUN_CANCELLED' }]);
    await eventually(() => expect(model?.open()).toBe(0));
    await eventually(async () => expect((await start('next')).status).toBe(202));
  });

  it('leaves places to others: 429 for a caller and an organization that have their share', async () => {
    const { call } = await setUp(
      { pieces: ['a'], ending: 'silence' },
      { RUN_CONCURRENCY: '1', RUN_QUEUE: '5', RUN_CALLER_LIMIT: '2' },
    );
    const ask = (caller: Principal, run_id: string): Promise<Answer<Problem>> =>
      call(caller, 'POST', '/v1/runs', { run_id, user_message: 'Rain?' });
    for (const id of ['a-1', 'a-2']) expect((await ask(ada, id)).status).toBe(202);
    const own = await ask(ada, 'a-3');
    expect(own).toMatchObject({ status: 429, body: { type: '/problems/too-many-requests' } });
    expect(Number(own.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await ask(ada, 'a-2')).status).toBe(202); // known already
    expect((await ask(bob, 'b-1')).status).toBe(202);
    expect(await ask(bob, 'b-2')).toMatchObject({ status: 429, body: { type: '/problems/too-many-requests' } });
    expect((await ask(eve, 'e-1')).status).toBe(202);
    await call(ada, 'POST', '/v1/runs/a-2/cancel');
    await call(ada, 'POST', '/v1/runs/a-1/cancel');
    await eventually(async () => expect((await ask(ada, 'a-4')).status).toBe(202));
  });

  it('ends a run that takes too long', async () => {
    await setUp({ pieces: ['a'], ending: 'silence' }, { RUN_TIMEOUT_SECONDS: '1' });
    await start('slow');
    expect(await settled('slow')).toMatchObject({ status: 'failed', answer: null, error: { code: 'RUN_TIMEOUT' } });
    expect(await ends('slow')).toMatchObject([{ kind: 'run.failed', code: 'RUN_TIMEOUT' }]);
    await eventually(() => expect(model?.open()).toBe(0));
  });

  it('tells of a failing model without its words', async () => {
    await setUp({ pieces: [], status: 401 });
    await start('refused');
    const run = await settled('refused');
    expect(run).toMatchObject({ status: 'failed', error: { code: 'LLM_UNAUTHORIZED' } });
    expect(JSON.stringify([run, await ends('refused')])).not.toContain('secret-host');
  });

  it('never calls half an answer an answer', async () => {
    await setUp({ pieces: ['It', ' rains'], ending: 'cut' });
    await start('half');
    expect(await settled('half')).toMatchObject({ status: 'failed', answer: null, error: { code: 'LLM_BROKEN_OFF' } });
  });

  it('interrupts what is still running when it is asked to stop', async () => {
    const { another } = await setUp({ pieces: ['a'], ending: 'silence' });
    const leaving = await another({ RUN_CONCURRENCY: '1' });
    await start('running', leaving);
    await speaking('running');
    await start('queued', leaving);
    await leaving.close();
    for (const id of ['running', 'queued']) {
      expect(await settled(id)).toMatchObject({ status: 'interrupted', error: { code: 'RUN_INTERRUPTED' } });
      expect(await ends(id)).toMatchObject([{ kind: 'run.failed', code: 'RUN_INTERRUPTED' }]);
    }
  });

  it('lets what is running finish first, where there is time', async () => {
    const { another } = await setUp({ pieces: ['It', ' rains', '.'], paceMs: 100 });
    const leaving = await another({ RUN_STOP_SECONDS: '10' });
    await start('finishing', leaving);
    await speaking('finishing');
    await leaving.close();
    expect(await settled('finishing')).toMatchObject({ status: 'succeeded', answer: 'It rains.' });
  });

  it('interrupts the runs of a process that fell silent, within its lease', async () => {
    const { database } = await setUp({ pieces: ['a'] });
    await asOwner(database, (client) =>
      client.query(`INSERT INTO execution.runs (organization_id, id, thread_id, owner, status, input, executor, lease_expires_at)
        VALUES ('00000000-0000-7000-8000-000000000001', 'abandoned', 't', 'user:ada', 'running', '{"messages":[]}', 'host:1:dead', now() + interval '1 second')`),
    );
    expect(await settled('abandoned', 10_000)).toMatchObject({ status: 'interrupted' });
    expect(await ends('abandoned')).toMatchObject([{ kind: 'run.failed', code: 'RUN_INTERRUPTED' }]);
  });

  it('gives up a run that was taken from it, and does not tell its end', async () => {
    const { database } = await setUp({ pieces: ['a'], ending: 'silence' });
    await start('taken');
    await speaking('taken');
    await asOwner(database, (client) =>
      client.query(`UPDATE execution.runs SET executor = 'another', lease_expires_at = now() + interval '1 hour'`),
    );
    await eventually(() => expect(model?.open()).toBe(0), { timeoutMs: 10_000 });
    expect((await bench?.events('taken'))?.filter(endsRun)).toEqual([]);
    expect((await bench?.call<RunDto>(ada, 'GET', '/v1/runs/taken'))?.body.status).toBe('running');
  });

  it('hears of a cancellation at another replica', async () => {
    const { another, call } = await setUp({ pieces: ['a'], ending: 'silence' });
    const other = await another();
    await start('elsewhere', other);
    await speaking('elsewhere');
    expect((await call(ada, 'POST', '/v1/runs/elsewhere/cancel')).status).toBe(200);
    await eventually(() => expect(model?.open()).toBe(0), { timeoutMs: 10_000 });
    expect(await ends('elsewhere')).toHaveLength(1);
  });

  it('outlasts a short absence of Redis', async () => {
    const pieces = Array.from({ length: 20 }, (_, index) => `word${index} `);
    const { redis } = await setUp({ pieces, paceMs: 50 });
    await start('outage');
    await speaking('outage');
    await redis.stop();
    await redis.start();
    expect(await settled('outage', 15_000)).toMatchObject({ status: 'succeeded', answer: pieces.join('') });
    await ends('outage');
    const seqs = (await bench?.events('outage'))?.map(({ seq }) => seq) ?? [];
    expect(seqs).toEqual(seqs.map((_, index) => (seqs[0] ?? 0) + index)); // those before were lost with Redis, none after
  });
});
