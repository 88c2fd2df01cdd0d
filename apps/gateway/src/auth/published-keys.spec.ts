import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OutgoingClient } from '@agion/service-kit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportJWK, jwtVerify, SignJWT } from 'jose';
import { PublishedKeys } from './published-keys.js';

const pairs = Object.fromEntries(['one', 'two'].map((kid) => [kid, generateKeyPairSync('ed25519')]));
const SECOND = 1_000;
const DAY = 24 * 3_600 * SECOND;

/** An issuer that publishes what it is told to, or is away, on a clock of the test's own. */
class Provider {
  published: string[] | null = ['one'];
  asked = 0;
  failures = 0;
  time = 1_000_000;
  readonly keys = new PublishedKeys('https://issuer.test/keys', {
    now: () => this.time,
    onFailure: () => this.failures++,
    client: {
      request: async () => {
        this.asked++;
        if (this.published === null) throw new Error('away');
        const keys = this.published.map(async (kid) => ({ ...(await exportJWK(pairs[kid]!.publicKey)), kid }));
        return { status: 200, headers: {}, body: Buffer.from(JSON.stringify({ keys: await Promise.all(keys) })) };
      },
    },
  });

  check = (kid: string, signedBy = kid): Promise<void> => check(this.keys, kid, signedBy);
}

async function check(keys: PublishedKeys, kid: string, signedBy = kid): Promise<void> {
  const token = await new SignJWT({}).setProtectedHeader({ alg: 'EdDSA', kid }).sign(pairs[signedBy]!.privateKey);
  await jwtVerify(token, keys.keyFor);
}

describe('the keys an issuer publishes', () => {
  it('are fetched once for many tokens, also for those that come at once', async () => {
    const provider = new Provider();
    await Promise.all([provider.check('one'), provider.check('one'), provider.check('one')]);
    await provider.check('one');
    expect(provider.asked).toBe(1);
  });

  it('follow a rotation, and those withdrawn are believed no longer', async () => {
    const provider = new Provider();
    await provider.check('one');
    provider.published = ['two'];
    provider.time += 11 * SECOND;
    await provider.check('two');
    await expect(provider.check('one')).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' });
    expect(provider.asked).toBe(2);
  });

  it('are fetched again after ten minutes, also when every token names one of them', async () => {
    const provider = new Provider();
    await provider.check('one');
    provider.published = ['two'];
    provider.time += 601 * SECOND;
    await expect(provider.check('one')).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' });
  });

  it('are fetched once in ten seconds, however many tokens name others', async () => {
    const provider = new Provider();
    await provider.check('one');
    for (let second = 0; second < 30; second++) {
      provider.time += SECOND;
      await expect(provider.check('unknown', 'two')).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' });
    }
    expect(provider.asked).toBe(4);
  });

  it('are kept for a day while the issuer is away, and no longer', async () => {
    const provider = new Provider();
    await provider.check('one');
    provider.published = null;
    for (const later of [11 * SECOND, DAY / 2, DAY / 2 - 12 * SECOND]) {
      provider.time += later;
      await provider.check('one');
      await expect(provider.check('two')).rejects.toMatchObject({ problem: 'unavailable' });
      await expect(provider.check('one', 'two')).rejects.toMatchObject({
        code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
      });
    }
    provider.time += 2 * SECOND;
    await expect(provider.check('one')).rejects.toMatchObject({ problem: 'unavailable' });
    expect(provider.failures).toBe(provider.asked - 1);
    provider.published = ['one'];
    provider.time += 11 * SECOND;
    await provider.check('one');
  });

  it('are asked for again within a second while there are none', async () => {
    const provider = new Provider();
    provider.published = null;
    for (let i = 0; i < 20; i++) await expect(provider.check('one')).rejects.toMatchObject({ problem: 'unavailable' });
    expect(provider.asked).toBe(1);
    provider.published = ['one'];
    provider.time += SECOND;
    await provider.check('one');
  });
});

describe('an issuer that answers with something else', () => {
  let server: Server;
  let answer: (response: ServerResponse, good: string) => unknown;
  beforeAll(async () => {
    const keys = [{ ...(await exportJWK(pairs.one!.publicKey)), kid: 'one' }];
    server = createServer((_, response) => answer(response, JSON.stringify({ keys }))).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it.each<[string, typeof answer]>([
    ['a page', (response) => response.end('<html>')],
    ['no list', (response) => response.end('{"keys":"one"}')],
    ['null', (response) => response.end('null')],
    ['the keys and a fault', (response, good) => response.writeHead(500).end(good)],
    ['more than anybody reads', (response, good) => response.end(good + ' '.repeat(1_100_000))],
    ['a way to somewhere else', (response) => response.writeHead(302, { location: '/elsewhere' }).end()],
    ['half of it', (response) => response.writeHead(200, { 'content-length': '500' }).write('{"keys":')],
  ])('as %s has its last keys believed and no others, within seconds', async (_, other) => {
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const guarded = new OutgoingClient({ allowed: [{ host: '127.0.0.1', port: Number(new URL(origin).port) }] });
    let time = 0;
    const keys = new PublishedKeys(`${origin}/keys`, { client: guarded, onFailure: () => undefined, now: () => time });
    answer = (response, good) => response.end(good);
    await check(keys, 'one');
    answer = other;
    time += 11 * SECOND;
    await expect(check(keys, 'two')).rejects.toMatchObject({ problem: 'unavailable' });
    await check(keys, 'one');
    await expect(check(keys, 'one', 'two')).rejects.toMatchObject({ code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' });
    await guarded.onApplicationShutdown();
  });
});
