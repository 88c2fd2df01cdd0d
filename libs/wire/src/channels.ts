import { redisPrefix } from './organization.js';

/** Every Pub/Sub channel. A notice is only a hint: whoever misses one finds the truth by polling. */
export const CHANNELS = {
  policyUpdates: 'agion:policy:updates',
  policyBeacon: 'agion:policy:beacon',
  configUpdates: 'agion:config:updates',
  control: 'agion:control',
} as const;

export type ChannelName = (typeof CHANNELS)[keyof typeof CHANNELS];

export const channelKey = (slug: string, channel: ChannelName): string => redisPrefix(slug) + channel;

/** Matches one channel in all organizations (Redis PSUBSCRIBE): the default one and every `org:<slug>:` twin. */
export const channelPatterns = (channel: ChannelName): [string, string] => [channel, `org:*:${channel}`];

/** The organization a channel's or stream's complete name belongs to. */
export function slugOf(key: string): string {
  const match = /^org:([^:]+):/.exec(key);
  return match?.[1] ?? 'default';
}

/** Announced on `agion:config:updates` after a configuration changed. `key` is the location, purpose or name it is fetched by. */
export interface ConfigNotice {
  type: `${'prompt' | 'model' | 'resource'}.updated`;
  id: string;
  key: string;
  version: number;
}

/** Announced on `agion:control`: whoever holds these credentials verified must forget them. */
export interface ControlNotice {
  type: 'credentials.revoked';
  credential_ids: string[];
}

/** Announced on `agion:control`: these agents were retired, or sign with another key. Who knows them has to ask for them again. */
export interface AgentsNotice {
  type: 'agents.changed';
  agent_ids: string[];
}

/** Announced on `agion:control` of the organization `default`: there is a new organization, or one has other settings. */
export interface OrganizationsNotice {
  type: 'organizations.changed';
}

/** Announced on `agion:policy:updates`, once for each change of a policy. `agents`: globs of those it can match, or `*`. */
export interface PolicyNotice {
  type: 'policy.updated';
  revision: number;
  agents: string[];
}

/** Said on `agion:policy:beacon` each second, so that a lost notice costs seconds. `epoch` counts uses of the kill switch. */
export interface PolicyBeacon {
  revision: number;
  epoch: number;
}
