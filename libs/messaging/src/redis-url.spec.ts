import { describe, expect, it } from '@jest/globals';
import { parseRedisUrl, redisAddress, sentinelOptions } from './redis-url.js';

describe('the url of a redis', () => {
  it('names a server', () => {
    expect(parseRedisUrl('rediss://platform:a%40b@cache.example:6380')).toEqual({
      tls: true,
      hosts: [{ host: 'cache.example', port: 6380 }],
      username: 'platform',
      password: 'a@b',
    });
  });

  it('or Sentinels, the name of the primary, a database and two logins', () => {
    const url = 'rediss+sentinel://platform:p%2Fq@s1,s2:26380,[fd00::3]:26379/main/2?sentinel_password=x%26y';
    expect(parseRedisUrl(url)).toEqual({
      tls: true,
      hosts: [
        { host: 's1', port: 26_379 },
        { host: 's2', port: 26_380 },
        { host: '[fd00::3]', port: 26_379 },
      ],
      primary: 'main',
      username: 'platform',
      password: 'p/q',
      database: 2,
      sentinelPassword: 'x&y',
    });
    expect(redisAddress(url)).toBe('s1:26379,s2:26380,[fd00::3]:26379/main');
    expect(sentinelOptions(parseRedisUrl(url), () => 1)).toMatchObject({
      name: 'main',
      db: 2,
      password: 'p/q',
      sentinelPassword: 'x&y',
      enableTLSForSentinelMode: true,
      sentinels: [{ host: 's1' }, { host: 's2', port: 26_380 }, { host: 'fd00::3' }],
    });
  });

  it.each([
    '',
    'cache:6379',
    'http://cache',
    'redis://',
    'redis+sentinel://s1:26379',
    'redis+sentinel:///main',
    'redis+sentinel://s1:99999/main',
    'redis+sentinel://s1,,s2/main',
    'redis+sentinel://s1/main/zero',
    'redis+sentinel://s1 s2/main',
    'redis+sentinel://user:%ZZ@s1/main',
  ])('is not %s', (url) => {
    expect(() => parseRedisUrl(url)).toThrow(TypeError);
  });
});
