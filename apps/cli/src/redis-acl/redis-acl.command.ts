import { connected, createRedis, type RedisConnection, redisAddress } from '@agion/messaging';
import { isAgentId, isOrganizationSlug } from '@agion/wire';
import { Command } from 'commander';
import { type AgentAccess, agentAccess, agentUrl, userOf } from './agent-access.js';

interface Options {
  organization: string;
  agent: string[];
  apply?: true;
  remove?: true;
  redisUrl?: string;
  json?: true;
}

const ABOUT = `
Each user may append to the streams agents write to, read the answers to its container and those to everybody, read
the two keys of its agent, and hear the notices; nothing else. Without --agent there is one user for all agents.

Rules go to standard output, as lines of an ACL file (or behind ACL SETUSER). Passwords are made anew each time, are
shown once, on standard error, and stand in the rules as SHA-256 only.

These users limit what can be reached. They do not prove who wrote an entry: that is what \`sig\`, made with an
agent's stream key, is for, which production asks of every entry. Nor can they forbid arguments: whoever may append to
a stream may also trim it (XADD … MAXLEN), so give agents on networks you do not trust HTTP instead.

Retiring an agent ends its tokens and what its signature counts for, not its Redis user: --remove ends that and its connections.

Redis does not copy users to replicas: with --apply and --remove run it for each server, or keep an ACL file.`;

/** `agion redis-acl`. */
export const redisAclCommand = (): Command =>
  new Command('redis-acl')
    .description('prints, applies or removes the Redis users of agents')
    .option('-o, --organization <slug>', 'whose agents', 'default')
    .option('-a, --agent <id...>', 'complete agent ids, e.g. support:triage', [])
    .option('--apply', 'make the users on the server of --redis-url')
    .option('--remove', 'end the users on the server of --redis-url, and their connections')
    .option('--redis-url <url>', 'the server; to apply and to remove, with a login that may use ACL')
    .option('--json', 'rules and passwords as JSON, on standard output')
    .addHelpText('after', ABOUT)
    .action(run);

async function run({ organization, agent, apply, remove, redisUrl, json }: Options): Promise<void> {
  if (!isOrganizationSlug(organization)) throw new Error(`\`${organization}\` is not the slug of an organization`);
  const wrong = agent.find((id) => !isAgentId(id));
  if (wrong !== undefined) throw new Error(`\`${wrong}\` is not an agent id: \`container:name\``);
  if (apply && remove) throw new Error('--apply and --remove exclude each other');
  if (apply && redisUrl === undefined) throw new Error('--apply needs --redis-url: the server to make the users on');
  if (remove && redisUrl === undefined) throw new Error('--remove needs --redis-url: the server the users are on');
  if (redisUrl !== undefined) redisAddress(redisUrl); // throws what it should be
  if (remove && redisUrl !== undefined) {
    const ids = agent.length > 0 ? agent : [null];
    warnUnlessKept(
      await removeFrom(
        redisUrl,
        ids.map((id) => userOf(organization, id)),
      ),
    );
    return;
  }
  const access = agentAccess(organization, agent);
  const kept = apply && redisUrl !== undefined ? await applyTo(redisUrl, access) : undefined;
  if (json)
    process.stdout.write(
      `${JSON.stringify(
        access.map((each) => shown(each, redisUrl)),
        null,
        2,
      )}\n`,
    );
  else print(access, redisUrl);
  if (kept !== undefined) warnUnlessKept(kept);
}

function warnUnlessKept(kept: boolean): void {
  if (kept) return;
  process.stderr.write('! this is lost when that server restarts: it has no ACL file (`aclfile`) to keep users in\n');
}

const shown = (access: AgentAccess, redisUrl?: string): object => ({
  agent_id: access.agentId,
  user: access.user,
  rules: access.rules.join(' '),
  password: access.password,
  ...(redisUrl !== undefined && { redis_url: agentUrl(redisUrl, access) }),
});

function print(access: readonly AgentAccess[], redisUrl = 'redis://<host>:6379'): void {
  for (const { user, rules } of access) process.stdout.write(`user ${user} ${rules.join(' ')}\n`);
  process.stderr.write('\n# shown once; keep them as secrets\n');
  for (const each of access)
    process.stderr.write(`# ${each.agentId ?? 'all agents'}\nAGION_REDIS_URL=${agentUrl(redisUrl, each)}\n`);
}

/** @returns whether the server will still have them after a restart */
const applyTo = (url: string, access: readonly AgentAccess[]): Promise<boolean> =>
  changeUsers(url, async (redis) => {
    for (const { user, rules } of access) await redis.call('ACL', 'SETUSER', user, ...rules);
  });

/** @returns whether the server will still be without them after a restart */
const removeFrom = (url: string, users: readonly string[]): Promise<boolean> =>
  changeUsers(url, async (redis) => {
    for (const user of users)
      if ((await redis.call('ACL', 'DELUSER', user)) === 1) process.stdout.write(`removed ${user}\n`);
      else process.stderr.write(`! there is no user \`${user}\`\n`);
  });

async function changeUsers(url: string, change: (redis: RedisConnection) => Promise<void>): Promise<boolean> {
  const redis = createRedis({ url, role: 'command', name: 'agion:cli' });
  try {
    await connected(redis);
    await change(redis);
    return await redis.call('ACL', 'SAVE').then(
      () => true,
      () => false,
    );
  } finally {
    redis.disconnect();
  }
}
