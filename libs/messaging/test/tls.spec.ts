import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import {
  hasOpenssl,
  hasRedisServer,
  makeAuthority,
  startRedis,
  type TestAuthority,
  type TestCertificate,
  type TestRedis,
} from '@agion/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

/** Node reads NODE_EXTRA_CA_CERTS when it starts: the client is a process of its own, with the library as it is built. */
const CLIENT = `
  import { connected, createRedis } from '@agion/messaging';
  const redis = createRedis({ url: process.env.URL_UNDER_TEST, role: 'command', name: 'tls' });
  try {
    await connected(redis, 3000);
    console.log(await redis.ping());
  } catch (error) {
    console.log(error.message);
  }
  process.exit();
`;
const HERE = fileURLToPath(new URL('..', import.meta.url));

async function ping(url: string, authority?: TestAuthority): Promise<string> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', CLIENT], {
    cwd: HERE,
    env: { PATH: process.env.PATH, URL_UNDER_TEST: url, ...(authority && { NODE_EXTRA_CA_CERTS: authority.file }) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = await Promise.all([text(child.stdout), once(child, 'close')]);
  return said.trim();
}

const suite = hasRedisServer() && hasOpenssl() ? describe : describe.skip;

suite('a redis over tls', () => {
  let ours: TestAuthority;
  let theirs: TestAuthority;
  const servers: TestRedis[] = [];
  const serve = async (tls: TestCertificate): Promise<string> => {
    const server = await startRedis({ tls });
    servers.push(server);
    return server.url;
  };
  beforeAll(() => {
    ours = makeAuthority();
    theirs = makeAuthority('somebody-else');
  });
  afterAll(async () => {
    for (const server of servers) await server.stop();
    ours.remove();
    theirs.remove();
  });

  test('is trusted by a private authority, by name and by address, and by nothing else', async () => {
    const url = await serve(ours.issue('redis'));
    expect(
      await Promise.all([
        ping(url, ours),
        ping(url.replace('127.0.0.1', 'localhost'), ours),
        ping(url, theirs),
        ping(url),
        ping(url.replace('rediss:', 'redis:'), ours),
      ]),
    ).toEqual([
      'PONG',
      'PONG',
      expect.stringMatching(/does not answer .*(unable to verify|self-signed)/),
      expect.stringMatching(/does not answer .*(unable to verify|self-signed)/),
      expect.stringMatching(/does not answer|is closed/),
    ]);
  }, 60_000);

  test('is left when its certificate has expired or is another host’s', async () => {
    const [expired, elsewhere] = await Promise.all([
      serve(ours.issue('expired', { days: -1 })),
      serve(ours.issue('elsewhere', { hosts: ['DNS:redis.example', 'IP:127.0.0.2'] })),
    ]);
    expect(await Promise.all([ping(expired, ours), ping(elsewhere, ours)])).toEqual([
      expect.stringContaining('certificate has expired'),
      expect.stringContaining("IP: 127.0.0.1 is not in the cert's list"),
    ]);
  }, 60_000);
});
