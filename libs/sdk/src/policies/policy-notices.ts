import type { TopicHub } from '@agion/messaging';
import { matchesGlob } from '@agion/policy-engine';
import { CHANNELS, channelKey, type ChannelName } from '@agion/wire';
import type { Position, SyncEvent } from './policy-sync.js';

/** Milliseconds over which agents spread that hear of the same change: those of a glob, and those whom it does not concern. */
const SPREAD_MS = { named: 0, many: 300, others: 1_000 };

/** What a channel can say. */
export type Hearsay = Extract<SyncEvent, { type: 'live' | 'heard' | 'beacon' }>;

export interface PolicyNoticesOptions {
  readonly hub: TopicHub;
  readonly organization: string;
  readonly agentId: string;
  readonly tell: (event: Hearsay) => void;
}

/** Listens for what may have changed. All of it is hearsay: it decides when to look, never what holds. @returns the function that ends it */
export function hearPolicyNotices({ hub, organization, agentId, tell }: PolicyNoticesOptions): () => void {
  const key = (channel: ChannelName): string => channelKey(organization, channel);
  const ends = [
    hub.subscribe(key(CHANNELS.policyBeacon), {
      message: (text) => tell({ type: 'beacon', position: positionIn(parsed(text)) }),
    }),
    hub.subscribe(key(CHANNELS.control), {
      message: (text) => tell({ type: 'heard', position: { ...positionIn(parsed(text)), revision: 0 }, withinMs: 0 }),
    }),
    // The last to be subscribed to: when it is in force, the others are.
    hub.subscribe(key(CHANNELS.policyUpdates), {
      message: (text) => tell(changeIn(parsed(text), agentId)),
      live: () => tell({ type: 'live' }),
    }),
  ];
  return () => ends.forEach((end) => end());
}

/** A change of a policy as it concerns this agent. */
export function changeIn(payload: unknown, agentId: string): Hearsay {
  const position = { ...positionIn(payload), epoch: 0 };
  const { agents } = (payload ?? {}) as { agents?: unknown };
  const globs = Array.isArray(agents) ? agents.filter((glob): glob is string => typeof glob === 'string') : ['*'];
  return { type: 'heard', position, withinMs: SPREAD_MS[concernOf(globs, agentId)] };
}

function concernOf(globs: readonly string[], agentId: string): keyof typeof SPREAD_MS {
  if (globs.includes(agentId)) return 'named';
  return globs.some((glob) => matchesGlob(glob, agentId)) ? 'many' : 'others';
}

/** Whatever is no JSON says nothing. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function positionIn(payload: unknown): Position {
  const { revision, epoch } = (payload ?? {}) as { revision?: unknown; epoch?: unknown };
  return { revision: countIn(revision), epoch: countIn(epoch) };
}

const countIn = (value: unknown): number =>
  Number.isSafeInteger(value) && (value as number) > 0 ? (value as number) : 0;
