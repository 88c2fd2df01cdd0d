import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { get } from 'node:https';
import { text } from 'node:stream/consumers';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { type RunningService, startService } from '@agion/service-kit';
import {
  eventually,
  freePorts,
  hasOpenssl,
  makeAuthority,
  startRedis,
  type TestAuthority,
  type TestCertificate,
  testEnvironment,
  type TestRedis,
} from '@agion/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { gateway } from '../src/index.js';

const suite = hasOpenssl() ? describe : describe.skip;

suite('a gateway with a certificate', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'agion-gateway-tls-'));
  const files: TestCertificate = { cert: path.join(folder, 'tls.crt'), key: path.join(folder, 'tls.key') };
  let authority: TestAuthority;
  let redis: TestRedis;
  let env: Record<string, string>;
  let service: RunningService;
  const log: string[] = [];
  const show = ({ cert, key }: TestCertificate): void => {
    copyFileSync(cert, files.cert);
    copyFileSync(key, files.key);
  };

  beforeAll(async () => {
    authority = makeAuthority();
    show(authority.issue('gateway'));
    redis = await startRedis();
    const [port] = await freePorts(1);
    env = {
      ...(await testEnvironment({
        databaseUrl: 'postgresql://127.0.0.1/none',
        redisUrl: redis.url,
        mode: 'production',
      })),
      AGION_BIND: '0.0.0.0',
      GATEWAY_TLS_CERT: files.cert,
      GATEWAY_TLS_KEY: files.key,
      GATEWAY_TLS_PORT: String(port),
      LOG_LEVEL: 'error',
    };
    service = await startService(gateway, { env, logStream: { write: (line) => void log.push(line) } });
  }, 60_000);
  afterAll(async () => {
    await service?.close();
    await redis?.stop();
    authority?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const fetched = async (ca?: string, url = service.tlsUrl): Promise<{ status?: number; body: string }> => {
    const request = get(`${url}/health`, { ...(ca && { ca }), agent: false });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return { ...(response.statusCode && { status: response.statusCode }), body: await text(response) };
  };
  /** The name on the certificate that is shown now. */
  const shown = async (): Promise<unknown> => {
    const socket: TLSSocket = connect({ port: Number(env.GATEWAY_TLS_PORT), ca: authority.pem, host: '127.0.0.1' });
    await once(socket, 'secureConnect');
    const { subject } = socket.getPeerCertificate();
    socket.destroy();
    return subject.CN;
  };

  test.each([
    ['without a Host', 'GET /health HTTP/1.1', 400],
    ['that expects what nobody knows', 'GET /health HTTP/1.1\r\nHost: a\r\nExpect: a-miracle', 417],
  ])('answers a request %s with a problem', async (_, head, status) => {
    const socket = connect({ port: Number(env.GATEWAY_TLS_PORT), ca: authority.pem, host: '127.0.0.1' });
    socket.write(`${head}\r\n\r\n`);
    const answer = await text(socket);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toContain('application/problem+json');
  });

  test('answers over https, in HTTP/1.1, and on the plain port to this machine only', async () => {
    const { status, body } = await fetched(authority.pem);
    expect([status, JSON.parse(body)]).toEqual([200, expect.objectContaining({ service: 'gateway' })]);
    expect(service.tlsUrl).toBe(`https://127.0.0.1:${env.GATEWAY_TLS_PORT}`);
    const socket = connect({
      port: Number(env.GATEWAY_TLS_PORT),
      ca: authority.pem,
      host: '127.0.0.1',
      ALPNProtocols: ['h2', 'http/1.1'],
    });
    await once(socket, 'secureConnect');
    expect([socket.alpnProtocol, socket.getProtocol()]).toEqual(['http/1.1', expect.stringMatching(/TLSv1\.[23]/)]);
    socket.destroy();
    expect((await fetch(`${service.url}/health`)).status).toBe(200);
    expect(service.app.getHttpServer().address()).toMatchObject({ address: '127.0.0.1' });
  });

  test('asks for a token there too', async () => {
    const request = get(`${service.tlsUrl}/api/v1/agents`, { ca: authority.pem, agent: false });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.resume();
    expect(response.statusCode).toBe(401);
  });

  test('is refused by who does not know its authority', async () => {
    await expect(fetched()).rejects.toThrow(/unable to verify|self-signed/);
    const other = makeAuthority('somebody-else');
    await expect(fetched(other.pem)).rejects.toThrow(/unable to verify|self-signed/);
    other.remove();
  });

  test('takes up a renewed certificate without a restart, and keeps the last good one', async () => {
    show(authority.issue('renewed'));
    await eventually(async () => expect(await shown()).toBe('renewed'), { timeoutMs: 15_000, intervalMs: 200 });
    copyFileSync(authority.file, files.cert); // not the key's
    const odd = authority.issue('odd', { hosts: ['DNS:gateway.example'] });
    await eventually(() => expect(log.join('')).toContain('the one before it goes on being served'), {
      timeoutMs: 15_000,
      intervalMs: 100,
    });
    expect(await shown()).toBe('renewed');
    show(odd);
    await eventually(() => expect(fetched(authority.pem)).rejects.toThrow("is not in the cert's list"), {
      timeoutMs: 15_000,
      intervalMs: 200,
    });
    show(authority.issue('old', { days: -1 }));
    await eventually(() => expect(fetched(authority.pem)).rejects.toThrow('certificate has expired'), {
      timeoutMs: 15_000,
      intervalMs: 200,
    });
  }, 60_000);

  test('does not start with a key that is another’s, with half a pair, or with a file that is not there', async () => {
    const wrong = (extra: Record<string, string>): Promise<unknown> =>
      startService(gateway, { env: { ...env, GATEWAY_PORT: '0', GATEWAY_TLS_PORT: '0', ...extra } });
    const { key } = authority.issue('another');
    await expect(wrong({ GATEWAY_TLS_KEY: key })).rejects.toThrow(
      'GATEWAY_TLS_CERT and GATEWAY_TLS_KEY are not a certificate and its key in PEM form',
    );
    await expect(wrong({ GATEWAY_TLS_KEY: '' })).rejects.toThrow(
      'GATEWAY_TLS_KEY must be set where GATEWAY_TLS_CERT is',
    );
    await expect(wrong({ GATEWAY_TLS_CERT: '/none.pem' })).rejects.toThrow(
      'GATEWAY_TLS_CERT names `/none.pem`, which cannot be read: ENOENT',
    );
  }, 60_000);
});
