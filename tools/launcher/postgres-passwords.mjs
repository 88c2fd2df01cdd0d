import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const fileOf = (servers) => path.join(servers, 'postgres-passwords.json');

/** New passwords: of `postgres`, which may do everything, and of the login for all services. */
export const newPasswords = () => ({ postgres: secret(), development: secret() });

const secret = () => randomBytes(24).toString('base64url');

/**
 * The passwords of the embedded PostgreSQL in this folder; undefined when it has none yet.
 * @param {string} servers
 * @returns {{postgres: string, development: string} | undefined}
 * @throws Error when the file is there and cannot be read
 */
export function readPasswords(servers) {
  const file = fileOf(servers);
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw new Error(`${file} cannot be read (${error.message}): remove it and new passwords are made`, {
      cause: error,
    });
  }
}

/** Keeps them with the data, for their owner only. The server itself never needs them. */
export function keepPasswords(servers, passwords) {
  const draft = `${fileOf(servers)}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(passwords, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, fileOf(servers));
}
