import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@agion/testing';
import { formatToken, parseToken, type Principal, type Scope } from '@agion/wire';
import { container, operator, RegistryUnderTest, serviceOf, viewer } from './registry-under-test.js';

let registry: RegistryUnderTest;
beforeAll(async () => {
  registry = await RegistryUnderTest.start('production');
});
afterAll(() => registry.close());

const enroll = (body: object, as = operator()) => registry.call('POST', '/v1/enrollments', { as, body });
const exchange = (token: string) =>
  registry.call('POST', '/internal/enrollments/exchange', {
    as: serviceOf('gateway'),
    body: { enrollment_token: token },
  });
const verify = (token: string) => registry.call('POST', '/internal/credentials/verify', { body: { token } });

describe('an enrollment token', () => {
  it('is exchanged for a token of its container', async () => {
    const made = await enroll({ container_id: 'fleet', scopes: ['agents:register', 'config:read'] });
    expect(made.body).toMatchObject({
      enrollment_token: expect.stringMatching(/^agion_enr_/),
      container_id: 'fleet',
      scopes: ['agents:register', 'config:read'],
    });
    const wait = (Date.parse(made.body.expires_at as string) - Date.now()) / 60_000;
    expect(wait).toBeGreaterThan(59);
    expect(wait).toBeLessThanOrEqual(60);
    const got = await exchange(made.body.enrollment_token as string);
    expect(got.body).toMatchObject({ kind: 'container', subject: 'fleet', expires_at: null });
    expect((await verify(got.body.token as string)).body.principal).toEqual({
      ...container('fleet'),
      scopes: ['agents:register', 'config:read'],
      credentialId: got.body.key_id,
    });
    await eventually(async () => {
      const types = (await registry.entries('agion:events:audit'))
        .filter(({ subject }) => subject?.includes('"fleet"'))
        .map(({ type }) => type);
      expect(types).toEqual(['enrollment.created', 'enrollment.used', 'token.issued']);
    });
  });

  it('works once, also when twenty ask at once', async () => {
    const { enrollment_token: token } = (await enroll({ container_id: 'crowd' })).body as { enrollment_token: string };
    const answers = await Promise.all(Array.from({ length: 20 }, () => exchange(token)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array<number>(19).fill(401)]);
    const rows = await registry.rows("SELECT 1 FROM registry.credentials WHERE subject = 'crowd'");
    expect(rows).toHaveLength(1);
  });

  it('is refused alike when used, expired, unknown, damaged, forged or of another kind', async () => {
    const fresh = async (containerId: string): Promise<string> =>
      (await enroll({ container_id: containerId })).body.enrollment_token as string;
    const [used, late, good] = [await fresh('used'), await fresh('late'), await fresh('good')];
    expect((await exchange(used)).status).toBe(200);
    await registry.rows(
      "UPDATE registry.enrollments SET expires_at = now() - interval '1 second' WHERE container_id = 'late'",
    );
    const { keyId, secret } = parseToken(good) ?? { keyId: '', secret: '' };
    const swapped = secret.startsWith('A') ? `B${secret.slice(1)}` : `A${secret.slice(1)}`;
    const answers = await Promise.all(
      [
        used,
        late,
        `${good.slice(0, -1)}x`,
        formatToken({ kind: 'enrollment', keyId: 'a'.repeat(16), secret }),
        formatToken({ kind: 'enrollment', keyId, secret: swapped }),
        formatToken({ kind: 'container', keyId, secret }),
        '',
        "' OR 1=1 --",
      ].map(exchange),
    );
    const faces = answers.map(({ body: { status, type, title, detail } }) => ({ status, type, title, detail }));
    expect(new Set(faces.map((face) => JSON.stringify(face)))).toEqual(
      new Set([
        JSON.stringify({
          status: 401,
          type: '/problems/unauthenticated',
          title: 'Authentication required',
          detail: 'the enrollment token is not valid',
        }),
      ]),
    );
    expect((await exchange(good)).status).toBe(200);
  });

  it('is kept as a hash, and lets nobody in by itself', async () => {
    const { enrollment_token: token } = (await enroll({ container_id: 'hashed' })).body as { enrollment_token: string };
    expect((await verify(token)).status).toBe(401);
    const secret = parseToken(token)?.secret ?? '-';
    const rows = await registry.rows<{ row: string }>(
      'SELECT e::text AS row FROM registry.enrollments e UNION ALL SELECT o::text FROM registry.outbox o',
    );
    expect(rows.length).toBeGreaterThan(0);
    const hex = Buffer.from(secret).toString('hex');
    expect(rows.filter(({ row }) => row.includes(secret) || row.includes(hex))).toEqual([]);
  });

  it('is made by operators, for a day at most, and for no more than they have', async () => {
    for (const as of [viewer(), container('a')]) expect((await enroll({ container_id: 'a' }, as)).status).toBe(403);
    expect((await enroll({ container_id: 'a', expires_in_seconds: 86_401 })).status).toBe(422);
    expect((await enroll({ container_id: 'a', expires_in_seconds: 86_400 })).status).toBe(201);
    expect((await enroll({ container_id: 'A:b' })).status).toBe(422);
    const limited: Principal = { ...operator(), scopes: ['tokens:issue', 'config:read'] satisfies Scope[] };
    expect((await enroll({ container_id: 'a', scopes: ['events:write'] }, limited)).body).toMatchObject({
      status: 403,
      scopes: ['events:write'],
    });
    expect((await enroll({ container_id: 'a' }, limited)).body.scopes.toSorted()).toEqual([
      'config:read',
      'tokens:issue',
    ]);
  });

  it('is exchanged by the gateway alone', async () => {
    const { enrollment_token: token } = (await enroll({ container_id: 'asked' })).body as { enrollment_token: string };
    for (const from of ['execution', 'governance', 'coordination'] as const) {
      const answer = await registry.call('POST', '/internal/enrollments/exchange', {
        from,
        as: serviceOf(from),
        body: { enrollment_token: token },
      });
      expect(answer.status).toBe(403);
    }
    expect((await exchange(token)).status).toBe(200);
  });
});
