// A platform that has nothing but policies: registers whoever comes, and answers signed bundles, deltas and single policies that were made
// before anybody was told of them. What it costs is the same for the SDK and for the bare listener.
// Environment: PORT.
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import canonicalize from 'canonicalize';
import { CHANGING, changedPolicy, makePolicies } from './policies.mjs';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const KEYS = JSON.stringify({ keys: [publicKey.export({ format: 'jwk' })] });
const LEASE = JSON.stringify({
  lease_seconds: 600,
  policy_revision: null,
  organization: 'default',
  redis_prefix: '',
  trust: 0.5,
});

let revision = 1;
let policies = [];
let scope = [];
let agents = [];
/** Answers by agent. */
const whole = new Map();
const delta = new Map();
const nothing = new Map();
let one = '';
let version = 1;

function prepare() {
  const changed = policies.find(({ metadata }) => metadata.id === CHANGING);
  for (const agentId of agents) {
    const own = policies.filter(({ spec }) => spec.scope.agents.some((glob) => glob === 'c1:*' || glob === agentId));
    const texts = own.map((policy) => canonicalize(policy));
    const hash = `sha256:${createHash('sha256').update(`[${texts.join()}]`).digest('hex')}`;
    const state = { revision, epoch: 0, stopped: false, default_effect: 'deny', hash };
    const signed = canonicalize({ organization: 'default', agent_id: agentId, ...state });
    const head = JSON.stringify({
      ...state,
      signature: sign(null, Buffer.from(signed), privateKey).toString('base64url'),
    });
    whole.set(agentId, `${head.slice(0, -1)},"policies":[${texts.join()}]}`);
    const since = (from, upserted) => `${head.slice(0, -1)},"since":${from},"upserted":[${upserted}],"removed":[]}`;
    delta.set(agentId, since(revision - 1, canonicalize(changed)));
    nothing.set(agentId, since(revision, ''));
  }
}

const answers = {
  '/.well-known/agion-keys': () => KEYS,
  '/one': () => one,
  '/api/v1/policies': ({ searchParams }) => {
    const agentId = searchParams.get('agent_id');
    const since = searchParams.get('since');
    if (since === null) return whole.get(agentId);
    return { [revision]: nothing, [revision - 1]: delta }[since]?.get(agentId); // else 404: nobody is that far behind
  },
};

const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://localhost');
  response.setHeader('content-type', 'application/json');
  if (request.method === 'GET') {
    const text = answers[url.pathname]?.(url);
    response.statusCode = text === undefined ? 404 : 200;
    return response.end(text ?? '{}');
  }
  request.resume();
  request.on('end', () => response.end(url.pathname.endsWith('/events') ? '{}' : LEASE));
});

const changes = {
  furnish: (message) => {
    ({ scope, agents } = message);
    policies = makePolicies(message);
    return changes.sdk();
  },
  /** Another revision, signed for every agent. */
  sdk: () => {
    revision += 1;
    policies[0] = changedPolicy(revision, scope);
    prepare();
    return revision;
  },
  /** Another version of the one policy that bare listeners fetch. */
  bare: () => {
    version += 1;
    one = JSON.stringify(changedPolicy(version, scope));
    return version;
  },
};

process.on('message', (message) => {
  const { type } = message;
  const change = changes[message.who ?? type];
  if (change) process.send({ type, revision: change(message) });
});
process.once('disconnect', () => process.exit());
server.keepAliveTimeout = 600_000; // callers pause between fleets
server.listen(Number(process.env.PORT), '127.0.0.1', () => process.send({ type: 'ready' }));
