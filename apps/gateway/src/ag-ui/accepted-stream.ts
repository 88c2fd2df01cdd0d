/** In what a stream can be written. */
export type StreamType = 'sse' | 'protobuf';

export const PROTOBUF_MEDIA_TYPE = 'application/vnd.ag-ui.event+proto';
const SSE_RANGES = ['text/event-stream', 'text/*', '*/*'];

/**
 * What an Accept header asks for; `null` when it is neither. Protobuf must be named: AG-UI's own negotiation also reads it out of
 * a wildcard, and would answer curl with bytes. Where both are named alike, protobuf wins, as it does there.
 */
export function acceptedStream(accept: string | undefined): StreamType | null {
  if (accept === undefined || accept.trim() === '') return 'sse';
  const ranges = new Map(accept.split(',').map(rangeOf));
  const protobuf = ranges.get(PROTOBUF_MEDIA_TYPE) ?? 0;
  // The most specific range that is there decides (RFC 9110, 12.5.1).
  const sse = ranges.get(SSE_RANGES.find((range) => ranges.has(range)) ?? '') ?? 0;
  if (protobuf > 0 && (protobuf >= sse || !ranges.has('text/event-stream'))) return 'protobuf';
  return sse > 0 ? 'sse' : null;
}

/** Whether the header names protobuf at all. */
export const asksForProtobuf = (accept: string | undefined): boolean =>
  accept !== undefined &&
  (accept
    .split(',')
    .map(rangeOf)
    .find(([range]) => range === PROTOBUF_MEDIA_TYPE)?.[1] ?? 0) > 0;

function rangeOf(text: string): [range: string, quality: number] {
  const [range = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const quality = Number(parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? 1);
  return [range, Number.isNaN(quality) ? 0 : quality];
}
