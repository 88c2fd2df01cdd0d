import { randomBytes } from 'node:crypto';
import { agentUser, passwordHash, sharedAgentUser } from '../../../../scripts/secrets/redis-acl.mjs';

/** A Redis user with its password, which stands nowhere else. */
export interface AgentAccess {
  /** Null: the user is for all agents of the organization. */
  readonly agentId: string | null;
  readonly user: string;
  /** What follows the name in `ACL SETUSER` and in an ACL file. */
  readonly rules: readonly string[];
  readonly password: string;
}

/** The user of an agent, or the one for all agents of the organization. */
export const userOf = (organization: string, agentId: string | null): string =>
  (agentId === null ? sharedAgentUser({ organization, hash: '' }) : agentUser({ organization, agentId, hash: '' }))
    .name;

/** Makes a user for each agent, or one for all agents when none is named. */
export function agentAccess(organization: string, agentIds: readonly string[]): AgentAccess[] {
  return (agentIds.length > 0 ? agentIds : [null]).map((agentId) => {
    const password = randomBytes(32).toString('base64url');
    const hash = passwordHash(password);
    const user =
      agentId === null ? sharedAgentUser({ organization, hash }) : agentUser({ organization, agentId, hash });
    return { agentId, user: user.name, rules: user.rules, password };
  });
}

/** The address an agent is given: `url` with the user's login. */
export function agentUrl(url: string, { user, password }: AgentAccess): string {
  const login = `${encodeURIComponent(user)}:${encodeURIComponent(password)}@`;
  return url.replace(/^([a-z+]+:\/\/)(?:[^@/?#]*@)?/, `$1${login}`);
}
