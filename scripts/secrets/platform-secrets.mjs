import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { passwordHash, sharedAgentUser } from './redis-acl.mjs';

export const SERVICES = ['gateway', 'registry', 'coordination', 'governance', 'execution'];
/** Those that give out or check the keys agents sign their stream entries with. */
const WITH_STREAM_SECRET = ['registry', 'coordination', 'governance'];
const WITH_DATABASE = SERVICES.filter((service) => service !== 'gateway');

function keyPair() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    private: privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64url'),
    public: publicKey.export({ type: 'spki', format: 'der' }).toString('base64url'),
  };
}

const password = () => randomBytes(32).toString('base64url');

/** Every secret of an installation; what is known already stays as it is. */
export function completeSecrets(known = {}) {
  const each = (names, make, before = {}) => Object.fromEntries(names.map((name) => [name, before[name] ?? make()]));
  return {
    jwt_secret: known.jwt_secret ?? password(),
    stream_secret: known.stream_secret ?? password(),
    header_secret: known.header_secret ?? password(),
    ledger: known.ledger ?? randomBytes(32).toString('base64'),
    bundle: known.bundle ?? keyPair(),
    services: each(SERVICES, keyPair, known.services),
    database: each(['owner', ...WITH_DATABASE], password, known.database),
    redis: each(['platform', 'agent'], password, known.redis),
  };
}

/** The same server and database through another login. By hand: an address with several hosts is no URL to Node. */
function withLogin(url, username, secret) {
  return url.replace(
    /^([a-z+]+:\/\/)(?:[^@/?#]*@)?/,
    `$1${encodeURIComponent(username)}:${encodeURIComponent(secret)}@`,
  );
}

/** Whether an address carries a login with a password. */
export const hasPassword = (url) => /^[a-z+]+:\/\/[^@/?#]*:[^@/?#]+@/.test(url);

/**
 * Redis users: the platform's, which may do all but administer the server; the agents', which may write what agents write and read
 * what is said to them; and one that can only ask whether the server answers. Nobody else gets in.
 */
export function redisUsers({ platform, agent }) {
  const agents = sharedAgentUser({ name: 'agent', hash: passwordHash(agent) });
  return `${[
    'user default off resetpass resetkeys resetchannels -@all',
    'user health on nopass resetkeys resetchannels -@all +ping',
    `user platform on ${passwordHash(platform)} ~* &* +@all -@dangerous +info`,
    `user ${agents.name} ${agents.rules.join(' ')}`,
  ].join('\n')}\n`;
}

/**
 * What each part of the platform is given, and nothing else: by holder the contents of its files. A file is called as the setting it
 * belongs to, so `<name>_FILE` names it.
 * @param databaseUrl where the database is; a login in it is the owner's
 * @param redisUrl where Redis is; a login in it is the platform's
 * @param issuers the list behind JWT_ISSUERS, with the secrets in it
 */
export function secretFiles(secrets, { databaseUrl, redisUrl, issuers }) {
  const owner = new URL(databaseUrl);
  const ownerUrl = owner.password
    ? databaseUrl
    : withLogin(databaseUrl, owner.username || 'agion', secrets.database.owner);
  const platformRedis = hasPassword(redisUrl) ? redisUrl : withLogin(redisUrl, 'platform', secrets.redis.platform);
  const publicKeys = Object.fromEntries(SERVICES.map((service) => [service, secrets.services[service].public]));
  const serviceDatabase = Object.fromEntries(
    WITH_DATABASE.map((service) => [
      `${service.toUpperCase()}_DATABASE_URL`,
      withLogin(databaseUrl, `agion_${service}_app`, secrets.database[service]),
    ]),
  );
  const everywhere = { REDIS_URL: platformRedis, AGION_SERVICE_KEYS: JSON.stringify(publicKeys) };
  const own = (service) => {
    const variable = service.toUpperCase();
    return {
      [`${variable}_SERVICE_KEY`]: secrets.services[service].private,
      ...(serviceDatabase[`${variable}_DATABASE_URL`] && {
        [`${variable}_DATABASE_URL`]: serviceDatabase[`${variable}_DATABASE_URL`],
      }),
      // The second is shared with an edge function, and nothing until a setting names it.
      ...(service === 'gateway' && {
        SUPABASE_JWT_SECRET: secrets.jwt_secret,
        GATEWAY_HEADER_SECRET: secrets.header_secret,
        ...(issuers !== undefined && { JWT_ISSUERS: issuers }),
      }),
      ...(WITH_STREAM_SECRET.includes(service) && { AGION_STREAM_SECRET: secrets.stream_secret }),
      ...(service === 'governance' && { AGION_LEDGER_KEY: secrets.ledger }),
      ...(['gateway', 'governance'].includes(service) && { AGION_BUNDLE_KEY: secrets.bundle.private }),
    };
  };
  const services = Object.fromEntries(SERVICES.map((service) => [service, { ...everywhere, ...own(service) }]));
  return {
    ...services,
    'all-in-one': Object.assign({}, ...Object.values(services)),
    migrate: { DATABASE_URL: ownerUrl, ...serviceDatabase },
    postgres: { POSTGRES_PASSWORD: secrets.database.owner },
    redis: { 'users.acl': redisUsers(secrets.redis) },
    agent: { AGION_REDIS_URL: withLogin(redisUrl, 'agent', secrets.redis.agent) },
  };
}
