import { parseEventStream, type ReceivedEvent } from '@agion/testing';

/** A response whose events are read as they come. */
export interface EventReader {
  readonly status: number;
  readonly headers: Headers;
  /** Reads until so many events have come, or the stream has ended. @returns all events so far */
  take(count: number): Promise<ReceivedEvent[]>;
  /** Reads to the end. */
  rest(): Promise<ReceivedEvent[]>;
  /** Everything received, as text. */
  text(): string;
  /** Cuts the connection. */
  drop(): void;
}

/** Opens an event stream; the request may be refused, then `rest` reads its body and there are no events. */
export async function openEvents(url: string, init: RequestInit = {}): Promise<EventReader> {
  const cut = new AbortController();
  const response = await fetch(url, { ...init, signal: AbortSignal.any([cut.signal, AbortSignal.timeout(20_000)]) });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const more = async (): Promise<boolean> => {
    const chunk = await reader?.read();
    text += chunk?.value ?? '';
    return chunk?.done === false;
  };
  const events = (): ReceivedEvent[] => parseEventStream(text).events;
  return {
    status: response.status,
    headers: response.headers,
    take: async (count) => {
      while (events().length < count && (await more()));
      return events();
    },
    rest: async () => {
      while (await more());
      return events();
    },
    text: () => text,
    drop: () => cut.abort(),
  };
}
