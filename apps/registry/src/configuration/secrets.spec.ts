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
    'openai_token',
    'AWS_SECRET_ACCESS_KEY',
    'githubToken',
    'secret_value',
    'token_2',
    'password_old',
    'Authorization',
    'proxy-authorization',
    'bearer',
    'bearer_value',
    'service_credential',
    'credentials_json',
    'ssh_private_key_pem',
    'accesstoken',
    'access_tokens',
    'db_passwords',
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

  it.each([
    'tokenizer',
    'tokenizer_config',
    'tokenization',
    'maxTokens',
    'max_completion_tokens',
    'token_budget',
    'tokens_per_minute',
    'eos_token',
    'pad_token_id',
    'max_token',
    'token_type',
    'token_usage',
    'cost_per_token',
    'max_input_token',
    'secrets_manager',
    'credential_provider',
    'secret_name',
    'secret_ref',
    'password_env',
    'token_url',
    'authorization_endpoint',
    'credential_ref',
    'credentials_path',
    'primary_key',
    'partition_key',
    'public_key',
    'api_key_env',
    'author',
    'authority',
    'monkey',
  ])('leaves `%s` alone too', (name) => {
    expect(findSecrets({ [name]: 'x' }, '/config')).toEqual([]);
  });

  it('finds them in lists of names and values', () => {
    const list = [
      { name: 'Accept', value: 'text/plain' },
      { name: 'X-Api-Key', value: 'x' },
      { key: 'DB_PASSWORD', value: 'x' },
      { name: 'MAX_TOKENS', value: '5' },
    ];
    expect(findSecrets({ env: list }, '').map(({ pointer }) => pointer)).toEqual(['/env/1/value', '/env/2/value']);
  });

  it.each([
    ['an Agion token', `agion_ctr_${'a'.repeat(16)}_${'b'.repeat(43)}_0123abcd`],
    ['a JWT', `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.${'s'.repeat(43)}`],
    ['a private key', 'x\n-----BEGIN RSA PRIVATE KEY-----\nMIIE'],
    ['a key of a provider', `sk-proj-${'a1B2'.repeat(8)}`],
    ['a key of a payment service', `sk_live_${'a1B2'.repeat(6)}`],
    ['a key of AWS', 'AKIAIOSFODNN7EXAMPLE'],
    ['a token of GitHub', `ghp_${'a1B2'.repeat(9)}`],
    ['a bearer header', `Bearer ${'a1B2'.repeat(6)}`],
    ['a URL with a password', 'see postgres://me:hunter2@db/sales'],
    ['a password in a query', 'jdbc:postgresql://db/sales?user=me&password=hunter2'],
    ['a key in a query', 'https://api.example.com/v1?api_key=abc'],
    ['a password in a connection string', 'Server=db;User Id=me;Password=hunter2'],
  ])('finds %s under any name, without repeating it', (_, value) => {
    const found = findSecrets({ note: [value] }, '');
    expect(found).toEqual([{ pointer: '/note/0', detail: expect.stringContaining('credential_ref') }]);
    expect(found[0]?.detail).not.toContain(value);
  });

  it.each([
    'env:OPENAI_API_KEY',
    'vault:secret/data/sales#password',
    'a sk-learn pipeline, and task-based-scheduling-2',
    'sk-learn-gradient-boosting',
    'https://api.example.com/v1?max_tokens=5&tokenizer=bpe',
    'https://api.example.com/v1?api_key={api_key}',
    'https://api.example.com:8443/a@b',
    'the bearer of this letter',
    '-----BEGIN PUBLIC KEY-----',
    'agion_ctr',
    'gpt-5-mini',
  ])('leaves the text %j alone', (value) => {
    expect(findSecrets({ note: value }, '')).toEqual([]);
  });

  it('takes time in proportion to the text', () => {
    const times = [1, 2, 3].map(() => {
      const started = performance.now();
      for (const part of ['a.', 'eyJ-', 'sk-1-', 'a://b:', '?token', '-----BEGIN A', 'Bearer ', 'agion_ctr_'])
        findSecrets({ note: part.repeat(65_536 / part.length) }, '');
      return performance.now() - started;
    });
    expect(Math.min(...times)).toBeLessThan(1_000); // the others tell of what else the machine had to do
  });

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
