// The Redis users of agents: the one table of what an agent writes to, reads and hears (docs/wire.md). No packages: it is also used
// where nothing is installed.
import { createHash } from 'node:crypto';

/** Names as the organization `default` uses them; others have `org:<slug>:` before each. */
export const AGENT_NAMES = {
  written: [
    'governance:requests',
    'executions:reports',
    'agion:events:decisions',
    'agion:events:trust',
    'agion:events:feedback',
    'agion:events:missions',
  ],
  responses: 'governance:responses',
  channels: ['agion:policy:updates', 'agion:policy:beacon', 'agion:config:updates', 'agion:control'],
};

/** All that an SDK sends. Nothing that runs code, lists keys or changes the server. */
const COMMANDS = '-@all +ping +hello +auth +info +client|setname +xadd +xread +get +mget +subscribe +unsubscribe'.split(
  ' ',
);

export const prefixOf = (organization) => (organization === 'default' ? '' : `org:${organization}:`);

/** How a password stands in a rule: it cannot be read from there. */
export const passwordHash = (password) => `#${createHash('sha256').update(password).digest('hex')}`;

/**
 * The rules of a user that may write what agents write and hear what is said to them, and read `read` besides.
 * @param {{organization?: string, hash: string, read: readonly string[]}} user `read`: patterns of keys, without the prefix
 * @returns {string[]}
 */
function rules({ organization = 'default', hash, read }) {
  const prefix = prefixOf(organization);
  return [
    ...['reset', 'on', hash, 'resetchannels'],
    ...AGENT_NAMES.written.map((name) => `%W~${prefix}${name}`),
    ...read.map((name) => `%R~${prefix}${name}`),
    ...AGENT_NAMES.channels.map((name) => `&${prefix}${name}`),
    ...COMMANDS,
  ];
}

/**
 * The Redis user of one agent: reads the answers to its container, those to everybody, and its own two keys.
 * @param {{organization?: string, agentId: string, hash: string}} agent
 * @returns {{name: string, rules: string[]}}
 */
export function agentUser({ organization = 'default', agentId, hash }) {
  const { responses } = AGENT_NAMES;
  const container = agentId.includes(':') ? agentId.split(':')[0] : undefined;
  const own = container ? [`${responses}:${container}`, `${responses}:${container}:*`] : [];
  const read = [responses, ...own, `agent:${agentId}:trust_score`, `agent:${agentId}:policies`];
  return { name: `${prefixOf(organization)}agent:${agentId}`, rules: rules({ organization, hash, read }) };
}

/**
 * One Redis user for all agents of an organization, where a user for each is not worth the trouble: each reads what is said to any.
 * @param {{organization?: string, name?: string, hash: string}} agents
 * @returns {{name: string, rules: string[]}}
 */
export function sharedAgentUser({ organization = 'default', name = `${prefixOf(organization)}agents`, hash }) {
  const { responses } = AGENT_NAMES;
  const read = [responses, `${responses}:*`, 'agion:missions:*:messages', 'agent:*'];
  return { name, rules: rules({ organization, hash, read }) };
}
