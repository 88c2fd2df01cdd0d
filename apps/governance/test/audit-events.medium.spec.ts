import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeEntry } from '@agion/messaging';
import { asOwner, asTableOwner, eventually } from '@agion/testing';
import { DEFAULT_ORGANIZATION, deadLetterKey } from '@agion/wire';
import {
  append,
  auditStream,
  fact,
  person,
  publish,
  type RunningGovernance,
  signed,
  startGovernance,
  trail,
} from './running-governance.js';

let running: RunningGovernance;
const stream = auditStream(DEFAULT_ORGANIZATION);

beforeAll(async () => {
  running = await startGovernance();
}, 60_000);
afterAll(() => running.stop());

const recorded = (eventId: string): Promise<Record<string, unknown>[]> =>
  asOwner(running.database, async (client) => {
    const { rows } = await client.query('SELECT * FROM governance.audit_events WHERE event_id = $1', [eventId]);
    return rows as Record<string, unknown>[];
  });

const deadLetters = async (key: string): Promise<Record<string, string>[]> => {
  const entries = await running.commands.xrange(deadLetterKey(key), '-', '+');
  return entries.map(([, flat]) => decodeEntry(flat));
};

describe('the service', () => {
  it('is ready when Postgres, its migrations, Redis and its consumer are', async () => {
    const response = await fetch(`${running.url()}/readiness`);
    expect(await response.json()).toMatchObject({
      status: 'ready',
      checks: {
        postgres: { status: 'ok', migration: expect.stringMatching(/^\d{14}_/) },
        redis: { status: 'ok' },
        consumers: { status: 'ok', streams: expect.arrayContaining([expect.objectContaining({ stream, lag: 0 })]) },
      },
    });
  });

  it('is not ready when the newest migration is missing', async () => {
    const setFinished = (value: string): Promise<unknown> =>
      asTableOwner(running.database, (client) =>
        client.query(`UPDATE public._prisma_migrations SET finished_at = ${value}`),
      );
    await setFinished('NULL');
    const response = await fetch(`${running.url()}/readiness`);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({
      checks: { postgres: { status: 'failed', detail: expect.stringContaining('npm run db:migrate') } },
    });
    await setFinished('now()');
  });
});

describe('a signed audit entry', () => {
  it('becomes a row with everything it said', async () => {
    const at = new Date(Date.now() - 1_500);
    const entry = fact({ details: { version: '2' }, traceId: 'a'.repeat(32) }, at);
    await publish(running, entry);
    const rows = await eventually(async () => {
      const found = await recorded(entry.id);
      expect(found).toHaveLength(1);
      return found;
    });
    expect(rows[0]).toMatchObject({
      organization_id: DEFAULT_ORGANIZATION.id,
      type: 'agent.registered',
      actor: { kind: 'user', id: 'ada' },
      subject: { kind: 'agent', id: 'demo:echo' },
      outcome: 'succeeded',
      details: { version: '2' },
      source: 'registry',
      trace_id: 'a'.repeat(32),
      at,
    });
  });

  it('is recorded once, however often it comes', async () => {
    const entry = fact();
    for (let i = 0; i < 3; i++) await publish(running, entry);
    const after = fact();
    await publish(running, after);
    await eventually(async () => expect(await recorded(after.id)).toHaveLength(1));
    expect(await recorded(entry.id)).toHaveLength(1);
  });

  it('is recorded once when it is delivered again because the acknowledgement was lost', async () => {
    const entry = fact();
    const id = await publish(running, entry);
    await eventually(async () => expect(await recorded(entry.id)).toHaveLength(1));
    await eventually(async () => expect((await running.commands.xpending(stream, 'governance'))[0]).toBe(0));
    await running.stopService();
    await running.commands.call('XGROUP', 'SETID', stream, 'governance', `${Number(id.split('-')[0]) - 1}-0`);
    await running.startService();
    const after = fact();
    await publish(running, after);
    await eventually(async () => expect(await recorded(after.id)).toHaveLength(1));
    expect(await recorded(entry.id)).toHaveLength(1);
  });

  it('gets the time Redis took it when its own is not believable', async () => {
    const entry = fact({}, new Date('2001-01-01T00:00:00Z'));
    await publish(running, entry);
    await eventually(async () => {
      const [row] = await recorded(entry.id);
      expect(Date.now() - (row?.at as Date).getTime()).toBeLessThan(60_000);
    });
  });
});

describe('an entry nobody vouches for', () => {
  const bad: [string, () => Record<string, string>, RegExp][] = [
    ['carries no signature', () => ({ ...fact().fields }), /sig/],
    [
      'carries a signature over something else',
      () => ({ ...fact().fields, sig: signed(stream, fact().fields).sig ?? '' }),
      /signed/,
    ],
    ['was changed after it was signed', () => ({ ...signed(stream, fact().fields), outcome: 'denied' }), /signed/],
    ['names a service that is none', () => ({ ...fact().fields, sig: 'evil.AAAA' }), /signed/],
    [
      'was signed for the stream of another organization',
      () => ({ ...signed(auditStream(running.acme), fact().fields) }),
      /signed/,
    ],
    ['lacks what it must have', () => ({ ...signed(stream, { event_id: 'x' }) }), /event_id/],
    ['holds JSON that is none', () => ({ ...signed(stream, { ...fact().fields, actor: '{' }) }), /actor/],
    [
      'holds what Postgres cannot keep',
      () => ({ ...signed(stream, { ...fact().fields, details: '{"a":"\\u0000"}' }) }),
      /details/,
    ],
  ];

  it.each(bad)('goes to the dead letters when it %s, and the group goes on', async (_, make, reason) => {
    const id = await append(running, stream, make());
    const good = fact();
    await publish(running, good);
    await eventually(async () => expect(await recorded(good.id)).toHaveLength(1));
    const letter = (await deadLetters(stream)).find(({ source_id: source }) => source === id);
    expect(letter?.error).toMatch(reason);
  });

  it('does not take the good ones of its batch with it', async () => {
    const facts = Array.from({ length: 50 }, () => fact());
    await Promise.all(
      facts.flatMap((entry, i) => [publish(running, entry), append(running, stream, { n: String(i) })]),
    );
    await eventually(async () => {
      const found = await Promise.all(facts.map(({ id }) => recorded(id)));
      expect(found.every((rows) => rows.length === 1)).toBe(true);
    });
    await eventually(async () =>
      expect((await deadLetters(stream)).filter(({ n }) => n !== undefined)).toHaveLength(facts.length),
    );
  });
});

describe('two organizations', () => {
  it('see what is theirs', async () => {
    const ours = fact({ type: 'theirs.and.ours' });
    const theirs = fact({ type: 'theirs.and.ours', actor: person('operator', running.acme) });
    expect(theirs.stream).toBe('org:acme:agion:events:audit');
    await publish(running, ours);
    await publish(running, theirs);
    const idsOf = async (organization = DEFAULT_ORGANIZATION): Promise<unknown[]> =>
      (await trail(running, '?type=theirs.and.ours', person('operator', organization))).body.items.map(
        ({ event_id: id }) => id,
      );
    await eventually(async () => {
      expect(await idsOf()).toEqual([ours.id]);
      expect(await idsOf(running.acme)).toEqual([theirs.id]);
    });
  });
});
