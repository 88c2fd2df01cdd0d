import { PROTOCOL_VERSION } from '@ag-ui/core/schemas';
import type { ReceivedEvent } from '@agion/testing';
import type { Problem } from '@agion/wire';
import { type EventReader, openEvents } from './event-reader.js';

/** The parts of AG-UI's events that tests look at. */
export interface AgUiEvent {
  type: string;
  delta?: string;
  runId?: string;
  threadId?: string;
  code?: string;
}

export interface AgUiOptions {
  token: string;
  headers: Record<string, string>;
}

/** What the published AG-UI client sends. */
export const agUiInput = (runId: string, facts: object = {}): object => ({
  threadId: 'thread-1',
  runId,
  protocolVersion: PROTOCOL_VERSION,
  state: {},
  messages: [{ id: 'm-1', role: 'user', content: 'Will it rain in London?' }],
  tools: [],
  context: [],
  forwardedProps: {},
  ...facts,
});

/** `POST /ag-ui/run` as that client does it; text is sent as it is. */
export const runAgent = (url: string, body: unknown, { token, headers }: AgUiOptions): Promise<EventReader> =>
  openEvents(`${url}/ag-ui/run`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'text/event-stream',
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

export const parsed = (events: ReceivedEvent[]): AgUiEvent[] => events.map(({ data }) => JSON.parse(data) as AgUiEvent);
export const typesOf = (events: ReceivedEvent[]): string[] => parsed(events).map(({ type }) => type);
/** The text of all pieces. */
export const spoken = (events: ReceivedEvent[]): string =>
  parsed(events)
    .map(({ delta }) => delta ?? '')
    .join('');

/** The problem a refused request was answered with. */
export async function problemOf(reader: EventReader): Promise<Problem> {
  await reader.rest();
  return JSON.parse(reader.text()) as Problem;
}
