import { errorText } from '@agion/messaging';
import { STREAMS, type StreamName } from '@agion/wire';
import { ApiError } from '../errors.js';
import type { GatewayClient } from '../http/gateway.client.js';
import { type AppendResult, type EventOutlet, type OutgoingEntry, TAKEN } from './event-outlet.js';

/** What `POST /api/v1/events` calls the streams. */
const KINDS: Partial<Record<StreamName, string>> = {
  [STREAMS.trust]: 'trust',
  [STREAMS.feedback]: 'feedback',
  [STREAMS.missions]: 'mission',
  [STREAMS.decisions]: 'decision',
  [STREAMS.executionReports]: 'report',
};
const MOST_EVENTS = 500;
/** Bytes of a body; the gateway takes 1 MiB. */
const MOST_BYTES = 900_000;
const TIMEOUT_MS = 10_000;

interface Element {
  readonly index: number;
  readonly event: object;
  readonly bytes: number;
}

/**
 * Posts to `/api/v1/events`, which takes all events of a request or none. Those it names as faulty are refused, the others are sent
 * again; when it does not say which are at fault, halves are tried.
 */
export class HttpOutlet implements EventOutlet {
  private readonly closing = new AbortController();

  constructor(private readonly gateway: GatewayClient) {}

  async append(entries: readonly OutgoingEntry[]): Promise<AppendResult[]> {
    const results: AppendResult[] = entries.map(() => TAKEN);
    const open = groupsOf(entries.map(elementOf));
    for (let group = open.shift(); group; group = open.shift()) {
      const outcome = await this.post(group);
      if (outcome.state === 'taken') continue;
      if (outcome.state === 'split') open.unshift(...outcome.groups);
      for (const { index, reason } of outcome.refused ?? []) results[index] = { state: 'refused', reason };
      if (outcome.state !== 'later') continue;
      for (const { index } of [group, ...open].flat()) results[index] = outcome.result;
      break;
    }
    return results;
  }

  close(): Promise<void> {
    this.closing.abort();
    return Promise.resolve();
  }

  private async post(group: readonly Element[]): Promise<Outcome> {
    try {
      const body = { events: group.map(({ event }) => event) };
      const { signal } = this.closing;
      await this.gateway.call('POST', '/api/v1/events', { body, signal, retry: false, timeoutMs: TIMEOUT_MS });
      return { state: 'taken' };
    } catch (error) {
      const faulty = ApiError.is(error) && (error.status === 400 || error.status === 413 || error.status === 422);
      return faulty ? sortedOut(group, error) : later(error);
    }
  }
}

type Outcome = { readonly refused?: readonly { index: number; reason: string }[] } & (
  | { readonly state: 'taken' }
  | { readonly state: 'split'; readonly groups: Element[][] }
  | { readonly state: 'later'; readonly result: AppendResult }
);

const later = (error: unknown): Outcome => {
  const retryAfterMs = ApiError.is(error) ? error.retryAfterMs : undefined;
  const result = {
    state: 'later',
    reason: errorText(error),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  } as const;
  return { state: 'later', result };
};

/** Which of them are at fault, as far as the problem says so. */
function sortedOut(group: readonly Element[], error: ApiError): Outcome {
  const named = new Map<number, string>();
  for (const { pointer, detail } of error.problem.errors ?? []) {
    const [, position, field] = /^\/events\/(\d+)(?:\/(.*))?$/.exec(pointer) ?? [];
    if (position !== undefined) named.set(Number(position), field === undefined ? detail : `\`${field}\`: ${detail}`);
  }
  const refused = group.flatMap(({ index }, position) => {
    const reason = named.get(position);
    return reason === undefined ? [] : [{ index, reason }];
  });
  const rest = group.filter((_, position) => !named.has(position));
  if (refused.length > 0) return { state: 'split', groups: rest.length > 0 ? [rest] : [], refused };
  const [only] = group;
  if (only && group.length === 1)
    return { state: 'split', groups: [], refused: [{ index: only.index, reason: error.message }] };
  const half = group.length >> 1;
  return { state: 'split', groups: [group.slice(0, half), group.slice(half)] };
}

/** `user_id` goes over streams alone: over HTTP whose word it is follows from the credentials. */
function elementOf({ stream, fields: { user_id: userId, ...rest } }: OutgoingEntry, index: number): Element {
  const named = userId !== undefined && stream !== STREAMS.feedback;
  const event = { kind: KINDS[stream] ?? stream, ...rest, ...(named && { user_id: userId }) };
  return { index, event, bytes: Buffer.byteLength(JSON.stringify(event)) + 1 };
}

function groupsOf(elements: readonly Element[]): Element[][] {
  const groups: Element[][] = [];
  let bytes = Infinity;
  for (const element of elements) {
    bytes += element.bytes;
    if (bytes > MOST_BYTES || (groups.at(-1)?.length ?? 0) >= MOST_EVENTS) {
      groups.push([]);
      bytes = element.bytes;
    }
    groups.at(-1)?.push(element);
  }
  return groups;
}
