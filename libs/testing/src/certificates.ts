import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Files in PEM form. */
export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
}

/** A certificate authority of a test's own, which nobody trusts until told. */
export interface TestAuthority {
  /** The file with its certificate. */
  readonly file: string;
  readonly pem: string;
  /** Issues a certificate. `hosts` as `DNS:name` or `IP:address`; `days` below 0: it has expired already. */
  issue(name: string, options?: { hosts?: readonly string[]; days?: number }): TestCertificate;
  remove(): void;
}

/** Whether certificates can be made here: Node alone cannot sign any. */
export const hasOpenssl = (): boolean => spawnSync('openssl', ['version']).status === 0;

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
const openssl = (...args: string[]): void => void execFileSync('openssl', args, { stdio: 'ignore' });

/** Makes a certificate authority, by the openssl program. */
export function makeAuthority(name = 'agion-test'): TestAuthority {
  const folder = mkdtempSync(path.join(tmpdir(), 'agion-tls-'));
  chmodSync(folder, 0o755); // servers of another account read from it
  const at = (file: string): string => path.join(folder, file);
  const [caKey, file] = [at('ca.key'), at('ca.pem')];
  openssl('req', '-x509', ...KEY, '-keyout', caKey, '-out', file, '-days', '2', '-subj', `/CN=${name}`);
  return {
    file,
    pem: readFileSync(file, 'utf8'),
    issue: (subject, { hosts = ['DNS:localhost', 'IP:127.0.0.1'], days = 1 } = {}) => {
      const [key, request, cert, extensions] = ['key', 'csr', 'pem', 'ext'].map((end) => at(`${subject}.${end}`)) as [
        string,
        string,
        string,
        string,
      ];
      writeFileSync(extensions, `subjectAltName=${hosts.join(',')}\n`);
      openssl('req', ...KEY, '-keyout', key, '-out', request, '-subj', `/CN=${subject}`);
      const signed = ['-CA', file, '-CAkey', caKey, '-CAcreateserial', '-days', String(days), '-extfile', extensions];
      openssl('x509', '-req', '-in', request, '-out', cert, ...signed);
      return { cert, key };
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
