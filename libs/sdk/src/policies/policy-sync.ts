import { fullJitter } from '@agion/messaging';

/** Where a set of policies stands: changes and uses of the kill switch, both counted by the platform. */
export interface Position {
  readonly revision: number;
  readonly epoch: number;
}

/** What happens to somebody who keeps policies. */
export type SyncEvent =
  /** It begins. */
  | { type: 'started' }
  /** A set was found on disk. */
  | { type: 'restored'; position: Position }
  /** A subscription is in force, for the first time or again: notices may have been missed. */
  | { type: 'live' }
  /** Somebody said how far the platform is; what is not known is 0. `withinMs`: over how long to spread the fetches of all who hear it. */
  | { type: 'heard'; position: Position; withinMs: number }
  /** The same, said each second. */
  | { type: 'beacon'; position: Position }
  /** The fetch brought a set that is what the platform has signed. */
  | { type: 'answered'; position: Position }
  /** The fetch said that nothing has changed. */
  | { type: 'unchanged' }
  /** The fetch brought nothing that can be used. */
  | { type: 'failed'; retryAfterMs?: number }
  /** The time that `wakeAt` named has come. */
  | { type: 'woken' };

/** What to do, at once: begin a fetch; put in force what it brought; throw that away, because it is older than what is in force. */
export type SyncAction = 'fetch' | 'apply' | 'refuse';

/** All times in milliseconds of a clock that never goes back. */
export interface SyncState {
  /** What is in force. */
  readonly held: Position | null;
  /** The farthest that anybody has spoken of. */
  readonly wanted: Position;
  /** The fetch under way, of which there is one at most, and whether it has to succeed. */
  readonly fetching: { readonly owed: boolean } | null;
  /** Something may have been missed: a fetch has to succeed that begins from now on. */
  readonly owed: boolean;
  /** When to fetch besides the poll; null when there is no reason to. */
  readonly dueAt: number | null;
  /** No fetch before this: the last one failed. */
  readonly notBefore: number;
  /** Fetches in a row that did not bring what was wanted. */
  readonly tries: number;
  readonly pollAt: number;
  /** By when the next beacon has to come; null while none is expected. */
  readonly beaconBy: number | null;
}

export interface SyncCircumstances {
  /** Now. */
  readonly at: number;
  /** 0 to 1. */
  readonly random: () => number;
  /** Milliseconds between polls, ± 20 %. */
  readonly pollMs: number;
}

/** Milliseconds without a beacon after which one may have been missed. */
export const BEACON_PATIENCE_MS = 3_000;
/** Milliseconds over which all who hear a beacon spread. */
export const BEACON_SPREAD_MS = 300;
/** Answers that are behind what was heard, after which the hearsay is forgotten: anybody can say anything on a channel. */
const MOST_FRUITLESS = 5;

const NOWHERE: Position = { revision: 0, epoch: 0 };

export const INITIAL_SYNC: SyncState = {
  held: null,
  wanted: NOWHERE,
  fetching: null,
  owed: false,
  dueAt: null,
  notBefore: -Infinity,
  tries: 0,
  pollAt: Infinity,
  beaconBy: null,
};

/** Whether one may not take the place of the other. */
export const isOlder = (one: Position, other: Position): boolean =>
  one.revision < other.revision || one.epoch < other.epoch;

/** Takes one event. A function of its arguments alone. */
export function stepSync(
  state: SyncState,
  event: SyncEvent,
  circumstances: SyncCircumstances,
): { state: SyncState; actions: SyncAction[] } {
  const { at } = circumstances;
  switch (event.type) {
    case 'started':
      return begin({ ...state, owed: true, dueAt: at, pollAt: nextPoll(circumstances) }, [], circumstances);
    case 'restored':
      return begin({ ...state, held: state.held ?? event.position }, [], circumstances);
    case 'live': {
      const beaconBy = at + BEACON_PATIENCE_MS;
      return begin({ ...state, owed: true, dueAt: earlier(state.dueAt, at), beaconBy }, [], circumstances);
    }
    case 'heard':
      return begin(heard(state, event.position, event.withinMs, circumstances), [], circumstances);
    case 'beacon': {
      const expecting = { ...state, beaconBy: at + BEACON_PATIENCE_MS };
      return begin(heard(expecting, event.position, BEACON_SPREAD_MS, circumstances), [], circumstances);
    }
    case 'answered':
      return state.held && isOlder(event.position, state.held)
        ? begin(failed(state, 0, circumstances), ['refuse'], circumstances)
        : begin(answered(state, event.position, circumstances), ['apply'], circumstances);
    case 'unchanged':
      return begin(answered(state, state.held ?? NOWHERE, circumstances), [], circumstances);
    case 'failed':
      return begin(failed(state, event.retryAfterMs ?? 0, circumstances), [], circumstances);
    case 'woken':
      return begin(state, [], circumstances);
  }
}

/** When to say `woken`; Infinity while a fetch is under way. */
export function wakeAt({ fetching, dueAt, notBefore, pollAt, beaconBy }: SyncState): number {
  if (fetching) return Infinity;
  return Math.max(Math.min(dueAt ?? Infinity, pollAt, beaconBy ?? Infinity), notBefore);
}

/** Begins a fetch if one is due and none is under way. A beacon that did not come is a reason for one, not for more. */
function begin(
  state: SyncState,
  actions: SyncAction[],
  circumstances: SyncCircumstances,
): { state: SyncState; actions: SyncAction[] } {
  const { at } = circumstances;
  if (state.fetching || at < wakeAt(state)) return { state, actions };
  const beaconBy = state.beaconBy !== null && state.beaconBy <= at ? null : state.beaconBy;
  const pollAt = state.pollAt <= at ? nextPoll(circumstances) : state.pollAt;
  const next = { ...state, fetching: { owed: state.owed }, owed: false, dueAt: null, beaconBy, pollAt };
  return { state: next, actions: [...actions, 'fetch'] };
}

function heard(state: SyncState, position: Position, withinMs: number, { at, random }: SyncCircumstances): SyncState {
  const wanted = farther(state.wanted, position);
  const isNews = isBehind({ ...state, wanted: position });
  return isNews ? { ...state, wanted, dueAt: earlier(state.dueAt, at + withinMs * random()) } : { ...state, wanted };
}

function answered(state: SyncState, held: Position, circumstances: SyncCircumstances): SyncState {
  const { at, random } = circumstances;
  const next = { ...state, held, fetching: null, notBefore: -Infinity, pollAt: nextPoll(circumstances) };
  if (!isBehind(next)) return { ...next, wanted: held, tries: 0, dueAt: next.owed ? (next.dueAt ?? at) : null };
  const tries = state.tries + 1;
  if (tries > MOST_FRUITLESS) return { ...next, wanted: held, tries: 0, dueAt: next.owed ? at : null };
  // Heard while the fetch was under way: its answer may be from before. Otherwise somebody is ahead of the platform, or only says so.
  return { ...next, tries, dueAt: next.dueAt ?? at + fullJitter(tries, undefined, random) };
}

/** Whatever is asked to be left alone for, it is no longer than until the next poll: nothing that answers may keep a revocation away. */
function failed(state: SyncState, retryAfterMs: number, circumstances: SyncCircumstances): SyncState {
  const { at, random, pollMs } = circumstances;
  const tries = state.tries + 1;
  const notBefore = at + Math.max(Math.min(retryAfterMs, pollMs), fullJitter(tries, undefined, random));
  const next = { ...state, owed: state.owed || (state.fetching?.owed ?? false), fetching: null, tries, notBefore };
  const insists = next.owed || next.held === null || isBehind(next);
  return { ...next, dueAt: insists ? notBefore : null };
}

const isBehind = ({ held, wanted }: SyncState): boolean => isOlder(held ?? NOWHERE, wanted);

const farther = (one: Position, other: Position): Position => ({
  revision: Math.max(one.revision, other.revision),
  epoch: Math.max(one.epoch, other.epoch),
});

const earlier = (one: number | null, other: number): number => (one === null ? other : Math.min(one, other));

const nextPoll = ({ at, pollMs, random }: SyncCircumstances): number => at + pollMs * (0.8 + 0.4 * random());
