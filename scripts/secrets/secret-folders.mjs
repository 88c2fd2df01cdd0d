import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { completeSecrets, secretFiles } from './platform-secrets.mjs';

/** In the images: who reads the files of a holder. Everybody else is the user of our own images. */
const READERS = { postgres: [70, 70], redis: [999, 1000] };
const OURS = [1000, 1000];

/** Readable by one user only, from the first moment on, and never half written. */
function writeSecret(file, text, owner) {
  const draft = `${file}.new`;
  writeFileSync(draft, text, { mode: 0o600 });
  chmodSync(draft, 0o600);
  if (owner) chownSync(draft, ...owner);
  renameSync(draft, file);
}

const everySecret = (folder) => path.join(folder, 'all', 'secrets.json');

/** One secret of a folder that has been written. @throws Error when there is no such secret */
export function shownSecret(folder, holder, name, addresses) {
  const files = secretFiles(JSON.parse(readFileSync(everySecret(folder), 'utf8')), addresses);
  const secret = files[holder]?.[name];
  if (secret === undefined) throw new Error(`there is no secret \`${name}\` of \`${holder}\``);
  return secret;
}

/**
 * Writes `<folder>/<holder>/<name>` for every secret, and keeps what they are made from in `<folder>/all/secrets.json`, so that they
 * are the same each time.
 * @param owned whether each file is handed to the user that reads it in its image: for root, in the init container
 * @returns the holders written for
 */
export function writeSecretFolders(folder, { databaseUrl, redisUrl, owned = false }) {
  const all = everySecret(folder);
  mkdirSync(path.dirname(all), { recursive: true, mode: 0o700 });
  const secrets = completeSecrets(existsSync(all) ? JSON.parse(readFileSync(all, 'utf8')) : {});
  writeSecret(all, JSON.stringify(secrets, null, 2));
  const files = secretFiles(secrets, { databaseUrl, redisUrl });
  for (const [holder, contents] of Object.entries(files)) {
    mkdirSync(path.join(folder, holder), { recursive: true, mode: 0o755 });
    for (const [name, text] of Object.entries(contents))
      writeSecret(path.join(folder, holder, name), text, owned ? (READERS[holder] ?? OURS) : undefined);
  }
  return Object.keys(files);
}
