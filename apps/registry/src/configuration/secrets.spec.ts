import { describe, expect, it } from '@jest/globals';
import { findSecrets } from './secrets.js';

describe('looking for secrets', () => {
  it.each([
    'password',
    'api_key',
    'API-Key',
    'secret',
    'token',
    'db_password',
    'clientSecret',
    'openai_api_key',
    'privateKey',
  ])('finds `%s` at any depth', (name) => {
    expect(findSecrets({ a: [{ [name]: 'x' }] }, '/config')).toEqual([
      { pointer: `/config/a/0/${name}`, detail: expect.stringContaining('credential_ref') },
    ]);
  });

  it.each(['max_tokens', 'stop_token', 'tokens', 'secretary', 'key', 'password_policy', 'token_limit'])(
    'leaves `%s` alone',
    (name) => {
      expect(findSecrets({ [name]: 'x' }, '/parameters')).toEqual([]);
    },
  );

  it('leaves empty and switched-off members alone', () => {
    expect(findSecrets({ password: '', token: null, secret: true }, '/config')).toEqual([]);
  });

  it('finds passwords in URLs, and only there', () => {
    const config = { url: 'postgres://me:hunter2@db/sales', plain: 'postgres://me@db/sales', time: '12:30@noon' };
    expect(findSecrets(config, '/config')).toEqual([
      { pointer: '/config/url', detail: expect.stringContaining('password') },
    ]);
  });

  it('escapes pointers', () => {
    expect(findSecrets({ 'a/b~c': { token: 'x' } }, '')[0]?.pointer).toBe('/a~1b~0c/token');
  });
});
