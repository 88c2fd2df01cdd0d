// A platform that has nothing but policies: registers whoever comes, and answers signed bundles, deltas and single policies that were made
// before anybody was told of them. What it costs is the same for the SDK and for the bare listener.
// Environment: PORT.
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import canonicalize from 'canonicalize';
import { changedPolicy, makePolicies } from './policies.mjs';

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
let scope = [];
let fleet = [];
/** The canonical text of every policy; the one that is changed is the first. */
let texts = [];
/** SHA-256 of each of them. */
let digests = [];
/** Answers by agent; all of the policies only when somebody asks for them. */
const heads = new Map();
let delta = '';
let one = '';
let version = 1;

const signatureOf = (claims) => sign(null, Buffer.from(canonicalize(claims)), privateKey).toString('base64url');

const sha256 = (data) => createHash('sha256').update(data);
const stated = (hash) => `sha256:${hash.digest('hex')}`;

function prepare() {
  for (const { agentId, own } of fleet) {
    const state = { revision, epoch: 0, stopped: false, default_effect: 'deny' };
    const whose = { organization: 'default', agent_id: agentId };
    const hash = stated(sha256(listOf(own)));
    const digest = stated(sha256(Buffer.concat(own.map((number) => digests[number]))));
    const answer = JSON.stringify({
      ...{ ...state, hash, digest, actions: [] },
      signature: signatureOf({ ...whose, ...state, hash }),
      digest_signature: signatureOf({ ...whose, ...state, digest, actions: [] }),
    });
    heads.set(agentId, answer.slice(0, -1));
  }
  [delta] = texts;
}

const listOf = (numbers) => `[${numbers.map((number) => texts[number]).join()}]`;

function furnish(message) {
  const policies = makePolicies(message);
  texts = policies.map((policy) => canonicalize(policy));
  digests = texts.map((text) => sha256(text).digest());
  ({ scope } = message);
  fleet = message.agents.map((agentId) => {
    const isOwn = ({ spec }) => spec.scope.agents.some((glob) => glob === 'c1:*' || glob === agentId);
    return { agentId, own: [...policies.keys()].filter((number) => isOwn(policies[number])) };
  });
  heads.clear();
}

const changesSince = (agentId, from, upserted) =>
  heads.has(agentId) ? `${heads.get(agentId)},"since":${from},"upserted":[${upserted}],"removed":[]}` : undefined;

function wholeOf(agentId) {
  const member = fleet.find((one) => one.agentId === agentId);
  return member && `${heads.get(agentId)},"policies":${listOf(member.own)}}`;
}

const answers = {
  '/.well-known/agion-keys': () => KEYS,
  '/one': () => one,
  '/api/v1/policies': ({ searchParams }) => {
    const agentId = searchParams.get('agent_id');
    const since = searchParams.get('since');
    if (since === null) return wholeOf(agentId);
    if (Number(since) === revision) return changesSince(agentId, revision, '');
    if (Number(since) === revision - 1) return changesSince(agentId, revision - 1, delta);
    return undefined; // 404: nobody is that far behind
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
    furnish(message);
    return changes.sdk();
  },
  /** Another revision, signed for every agent. */
  sdk: () => {
    revision += 1;
    texts[0] = canonicalize(changedPolicy(revision, scope));
    digests[0] = sha256(texts[0]).digest();
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
