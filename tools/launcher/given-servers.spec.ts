import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { assertPostgres, assertRedis } from './given-servers.mjs';

describe('a server that the settings name', () => {
  let server: Server | undefined;

  /** The port of a server that says this to whatever it hears, and nothing more; it hangs up when that is nothing. */
  const serverSaying = async (answer: string): Promise<number> => {
    server = createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', () => void (answer ? socket.write(answer) : socket.end()));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };

  afterEach(() => void server?.close());

  it.each(['+PONG\r\n', '-NOAUTH Authentication required.\r\n'])('is a Redis when it says %j', async (answer) => {
    const url = `redis://127.0.0.1:${await serverSaying(answer)}`;
    await expect(assertRedis('REDIS_URL', url)).resolves.toBeUndefined();
  });

  it.each(['HTTP/1.1 400 Bad Request\r\n\r\n', ''])('is no Redis when it says %j', async (answer) => {
    const port = await serverSaying(answer);
    await expect(assertRedis('REDIS_URL', `redis://:hidden@127.0.0.1:${port}`)).rejects.toThrow(
      `REDIS_URL redis://127.0.0.1:${port} is no Redis: something else answers there`,
    );
  });

  it('is told by its variable, without the password, when it does not answer', async () => {
    const port = await serverSaying('');
    server?.close();
    const [redis, postgres] = [`redis://:hidden@127.0.0.1:${port}`, `postgresql://me:hidden@127.0.0.1:${port}/x`];
    const start = 'does not answer (ECONNREFUSED): start that server';
    await expect(assertRedis('REDIS_URL', redis)).rejects.toThrow(`REDIS_URL redis://127.0.0.1:${port} ${start}`);
    await expect(assertPostgres('DATABASE_URL', postgres)).rejects.toThrow(
      `DATABASE_URL postgresql://me@127.0.0.1:${port}/x ${start}`,
    );
  });

  it('is found by any of its Sentinels, and told of without a login where none answers', async () => {
    const port = await serverSaying('-NOAUTH Authentication required.\r\n');
    const login = 'redis+sentinel://me:hidden@';
    await expect(assertRedis('REDIS_URL', `${login}127.0.0.1:1,127.0.0.1:${port}/main`)).resolves.toBeUndefined();
    await expect(
      assertRedis('REDIS_URL', `${login}127.0.0.1:1,127.0.0.1:2/main/3?sentinel_password=hidden`),
    ).rejects.toThrow(
      'REDIS_URL redis+sentinel://127.0.0.1:1,127.0.0.1:2/main does not answer (ECONNREFUSED, ECONNREFUSED): start that',
    );
  });

  it('must have the right kind of URL', async () => {
    for (const url of ['mysql://x', 'nonsense'])
      await expect(assertPostgres('DATABASE_URL', url)).rejects.toThrow(
        'DATABASE_URL must be a URL that begins with postgresql:// or postgres://',
      );
    for (const url of ['http://x', 'nonsense', 'redis+sentinel://host:26379'])
      await expect(assertRedis('REDIS_URL', url)).rejects.toThrow('REDIS_URL: a redis url starts with `redis://` or');
  });
});
