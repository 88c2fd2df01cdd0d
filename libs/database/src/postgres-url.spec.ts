import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { verifiedUrl } from './postgres-url.js';

const file = fileURLToPath(import.meta.url);

describe('the url of a postgres', () => {
  it.each([
    'postgresql://db/agion',
    'postgresql:///agion?host=/run/postgresql',
    'postgresql://db/agion?sslmode=disable',
  ])('stays what it is without tls: %s', (url) => expect(verifiedUrl(url)).toBe(url));

  it.each(['require', 'verify-ca', 'verify-full'])('with sslmode=%s means that the certificate is checked', (mode) => {
    expect(verifiedUrl(`postgresql://db/agion?sslmode=${mode}&uselibpqcompat=true`)).toBe(
      'postgresql://db/agion?sslmode=verify-full',
    );
  });

  it('with another word for tls means the same', () => {
    expect(verifiedUrl('postgresql://db/agion?ssl=true')).toBe('postgresql://db/agion?sslmode=verify-full');
    expect(verifiedUrl('postgresql://db/agion?sslmode=verify-full&sslrootcert=system')).not.toContain('system');
    expect(verifiedUrl(`postgresql://db/agion?sslrootcert=${file}`)).toContain('sslmode=verify-full');
  });

  it.each(['sslmode=allow', 'sslmode=prefer', 'sslmode=no-verify', 'ssl=no-verify'])('is refused with %s', (mode) => {
    expect(() => verifiedUrl(`postgresql://db/agion?${mode}`)).toThrow(
      'does not check who answers: use `sslmode=verify',
    );
  });

  it('is refused when it names a file that is not there', () => {
    expect(() => verifiedUrl('postgresql://db/agion?sslmode=verify-full&sslrootcert=/none.pem')).toThrow(
      '`sslrootcert` names `/none.pem`, which cannot be read: ENOENT',
    );
  });
});
