import { describe, expect, it } from '@jest/globals';
import { isAllowedHost, parseAllowedHost } from './allowed-hosts.js';

describe('a host an operator vouches for', () => {
  it.each([
    ['llm.internal', { host: 'llm.internal' }],
    ['LLM.Internal.:11434', { host: 'llm.internal', port: 11_434 }],
    ['127.0.0.1:8080', { host: '127.0.0.1', port: 8_080 }],
    ['example.com:80', { host: 'example.com', port: 80 }],
    ['[::1]:8080', { host: '[::1]', port: 8_080 }],
    ['[::1]', { host: '[::1]' }],
  ])('is written as `%s`', (text, entry) => expect(parseAllowedHost(text)).toEqual(entry));

  it.each(['', 'a/b', 'http://a', 'a b', '*.example.com', 'a:', 'a:99999', '::1', 'u@a', 'a?b', 'a#b', 'a:b'])(
    'is not written as `%s`',
    (text) => expect(() => parseAllowedHost(text)).toThrow(),
  );

  it('is that host on that port, or on the ports of http and https', () => {
    const allowed = [parseAllowedHost('a.test'), parseAllowedHost('b.test:8080')];
    const may = (url: string): boolean => isAllowedHost(new URL(url), allowed);
    expect(['http://a.test', 'https://A.test./x', 'http://b.test:8080/y'].map(may)).toEqual([true, true, true]);
    expect(['http://a.test:8080', 'http://b.test', 'http://x.a.test', 'http://a.test.evil'].map(may)).toEqual(
      Array(4).fill(false),
    );
  });
});
