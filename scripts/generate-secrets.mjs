// Makes the secrets of an installation. None has a default, none is shown unless asked for, none belongs into a repository.
//   node scripts/generate-secrets.mjs folders <folder> [--owned]      docker-compose.yml: files, made once and then kept
//   node scripts/generate-secrets.mjs show <folder> <holder> <name>   one of them
//   node scripts/generate-secrets.mjs kubernetes [--namespace agion] [--database-url <url> --redis-url <url>] [--jwt-issuers <file>]
//                                                                     Secrets for `kubectl create -f -`, fresh each time
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { shownSecret, writeSecretFolders } from './secrets/secret-folders.mjs';
import { secretObjects } from './secrets/secret-objects.mjs';

const USAGE =
  'usage: node scripts/generate-secrets.mjs folders <folder> [--owned] | show <folder> <holder> <name> | kubernetes';
const COMPOSE = { databaseUrl: 'postgresql://agion@postgres:5432/agion', redisUrl: 'redis://redis:6379' };

function main(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      owned: { type: 'boolean' },
      namespace: { type: 'string', default: 'agion' },
      'database-url': { type: 'string' },
      'redis-url': { type: 'string' },
      'jwt-issuers': { type: 'string' },
    },
  });
  const [command, folder, holder, name] = positionals;
  const databaseUrl = values['database-url'];
  const redisUrl = values['redis-url'];
  const addresses = { databaseUrl: databaseUrl ?? COMPOSE.databaseUrl, redisUrl: redisUrl ?? COMPOSE.redisUrl };
  if (command === 'folders' && folder) {
    const holders = writeSecretFolders(folder, { ...addresses, owned: values.owned });
    console.log(`secrets are in place for ${holders.join(', ')}`);
  } else if (command === 'show' && name) {
    console.log(shownSecret(folder, holder, name, addresses).trimEnd());
  } else if (command === 'kubernetes') {
    const file = values['jwt-issuers'];
    const issuers = file && readFileSync(file, 'utf8');
    console.log(
      JSON.stringify(secretObjects({ namespace: values.namespace, databaseUrl, redisUrl, issuers }), null, 2),
    );
  } else throw new Error(USAGE);
}

try {
  main(process.argv.slice(2));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
