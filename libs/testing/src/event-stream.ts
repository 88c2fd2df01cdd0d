/** One event of a `text/event-stream`, as a browser would dispatch it. */
export interface ReceivedEvent {
  id: string;
  data: string;
}

export interface ReceivedStream {
  events: ReceivedEvent[];
  comments: string[];
  /** The last `retry:` in milliseconds. */
  retry: number | undefined;
}

/** Reads a stream as the standard says (WHATWG HTML, 9.2.6); an event that is not closed by an empty line is discarded. */
export function parseEventStream(text: string): ReceivedStream {
  const stream: ReceivedStream = { events: [], comments: [], retry: undefined };
  let id = '';
  let data: string[] = [];
  for (const line of text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\r|\n/)
    .slice(0, -1)) {
    const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/su.exec(line) ?? [];
    if (line === '') {
      if (data.length > 0) stream.events.push({ id, data: data.join('\n') });
      data = [];
    } else if (line.startsWith(':')) stream.comments.push(value);
    else if (field === 'data') data.push(value);
    else if (field === 'id' && !value.includes('\0')) id = value;
    else if (field === 'retry' && /^\d+$/.test(value)) stream.retry = Number(value);
  }
  return stream;
}
