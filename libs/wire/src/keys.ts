import { redisPrefix } from './organization.js';

/** Plain Redis keys, each a function of the organization. */
export const keys = {
  /** Decimal 0–1, written by governance. */
  trustScore: (slug: string, agentId: string): string => `${redisPrefix(slug)}agent:${agentId}:trust_score`,
  /** `{"revision": n, "policies": [ids], "epoch": k, "stopped": false}`, written by governance. */
  agentPolicies: (slug: string, agentId: string): string => `${redisPrefix(slug)}agent:${agentId}:policies`,
  /** Agents that have such a key, by when they last asked for their policies; governance's own. */
  policyReaders: (slug: string): string => `${redisPrefix(slug)}governance:policy:readers`,
  /** What all those keys have been brought up to; governance's own. */
  policyReadersState: (slug: string): string => `${redisPrefix(slug)}governance:policy:readers:state`,
  /** Present while an instance of the agent keeps its lease; written by the registry. */
  heartbeat: (slug: string, agentId: string): string => `${redisPrefix(slug)}agent:${agentId}:heartbeat`,
  /** Points already spent by a caller in the current window; written by the gateway. */
  rateLimit: (slug: string): string => `${redisPrefix(slug)}gateway:rate`,
  /** What a ticket for a stream stands for, sealed with the ticket; the gateway's own. Whose it is nobody knows before it is used. */
  streamTicket: (name: string): string => `gateway:ticket:${name}`,
};
