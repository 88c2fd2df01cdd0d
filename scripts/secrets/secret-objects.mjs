import { completeSecrets, hasPassword, secretFiles } from './platform-secrets.mjs';

/** Where overlays/local keeps its data. */
const LOCAL = { databaseUrl: 'postgresql://agion@postgres:5432/agion', redisUrl: 'redis://redis:6379' };
/** The namespace of k8s/agents. */
const AGENTS = 'agion-agents';
const ENCRYPTED = ['require', 'verify-ca', 'verify-full'];

function checkAddresses({ databaseUrl, redisUrl = '' }) {
  const database = URL.parse(databaseUrl);
  if (!database?.password || !ENCRYPTED.includes(database.searchParams.get('sslmode')))
    throw new Error('--database-url must be the owner’s, with a password and ?sslmode=verify-full');
  if (!/^rediss(\+sentinel)?:\/\//.test(redisUrl) || !hasPassword(redisUrl))
    throw new Error('--redis-url must be a rediss:// or rediss+sentinel:// URL with a user and a password');
}

/** Agents live in another namespace, where the plain name of a Service means nothing. */
const seenFromOutside = ({ AGION_REDIS_URL: url }, namespace) => ({
  AGION_REDIS_URL: Object.assign(new URL(url), { hostname: `${new URL(url).hostname}.${namespace}` }).toString(),
});

/**
 * The Secret objects the manifests refer to, one for each holder, with fresh contents.
 * @param {{namespace: string, databaseUrl?: string, redisUrl?: string, issuers?: string}} given without addresses those of overlays/local
 * @throws Error when a given address is not encrypted or has no password
 */
export function secretObjects({ namespace, databaseUrl, redisUrl, issuers }) {
  const isLocal = !databaseUrl && !redisUrl;
  if (!isLocal) checkAddresses({ databaseUrl, redisUrl });
  const files = secretFiles(completeSecrets(), {
    ...(isLocal ? LOCAL : { databaseUrl, redisUrl }),
    issuers,
  });
  const holders = Object.entries(files).filter(([holder]) => {
    if (holder === 'all-in-one') return false;
    return isLocal || !['postgres', 'redis', 'agent'].includes(holder);
  });
  const items = holders.map(([holder, stringData]) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: `agion-${holder}`,
      namespace: holder === 'agent' ? AGENTS : namespace,
      labels: { 'app.kubernetes.io/part-of': 'agion' },
    },
    type: 'Opaque',
    stringData: holder === 'agent' ? seenFromOutside(stringData, namespace) : stringData,
  }));
  return { apiVersion: 'v1', kind: 'List', items };
}
