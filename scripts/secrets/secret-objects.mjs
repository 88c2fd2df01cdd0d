import { completeSecrets, secretFiles } from './platform-secrets.mjs';

/** Where overlays/local keeps its data. */
const LOCAL = { databaseUrl: 'postgresql://agion@postgres:5432/agion', redisUrl: 'redis://redis:6379' };
const ENCRYPTED = ['require', 'verify-ca', 'verify-full'];

function checkAddresses({ databaseUrl, redisUrl }) {
  const database = URL.parse(databaseUrl);
  if (!database?.password || !ENCRYPTED.includes(database.searchParams.get('sslmode')))
    throw new Error('--database-url must be the owner’s, with a password and ?sslmode=verify-full');
  const redis = URL.parse(redisUrl);
  if (redis?.protocol !== 'rediss:' || !redis.password)
    throw new Error('--redis-url must be a rediss:// URL with a user and a password');
}

/**
 * The Secret objects the manifests refer to, one for each holder, with fresh contents.
 * @param given `{namespace, databaseUrl?, redisUrl?}`; without addresses those of overlays/local
 * @throws Error when a given address is not encrypted or has no password
 */
export function secretObjects({ namespace, databaseUrl, redisUrl }) {
  const isLocal = !databaseUrl && !redisUrl;
  if (!isLocal) checkAddresses({ databaseUrl, redisUrl });
  const files = secretFiles(completeSecrets(), isLocal ? LOCAL : { databaseUrl, redisUrl });
  const holders = Object.entries(files).filter(([holder]) => {
    if (holder === 'all-in-one') return false;
    return isLocal || !['postgres', 'redis', 'agent'].includes(holder);
  });
  const items = holders.map(([holder, stringData]) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: `agion-${holder}`, namespace, labels: { 'app.kubernetes.io/part-of': 'agion' } },
    type: 'Opaque',
    stringData,
  }));
  return { apiVersion: 'v1', kind: 'List', items };
}
