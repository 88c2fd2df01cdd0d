import { describe, expect, it } from '@jest/globals';
import { acceptedStream, asksForProtobuf, PROTOBUF_MEDIA_TYPE as PROTO } from './accepted-stream.js';

describe('what an Accept header asks for', () => {
  it.each([
    [undefined, 'sse'],
    ['', 'sse'],
    ['*/*', 'sse'],
    ['text/event-stream', 'sse'],
    ['application/json, text/event-stream', 'sse'],
    ['Text/Event-Stream; q=0.5, */*;q=0', 'sse'],
    [PROTO, 'protobuf'],
    [`text/event-stream, ${PROTO}`, 'protobuf'],
    [`text/event-stream, ${PROTO};q=0.5`, 'sse'],
    [`text/event-stream;q=0.1, ${PROTO};q=0.5`, 'protobuf'],
    [`${PROTO};q=0.5, */*`, 'protobuf'],
    [`${PROTO};q=0, */*`, 'sse'],
    ['application/json', null],
    ['text/event-stream;q=0', null],
    ['text/event-stream;q=0, */*', null],
  ] as const)('%s → %s', (accept, expected) => expect(acceptedStream(accept)).toBe(expected));

  it('names protobuf or does not', () => {
    expect(asksForProtobuf(`text/event-stream, ${PROTO};q=0.1`)).toBe(true);
    expect(asksForProtobuf(`${PROTO};q=0`)).toBe(false);
    expect(asksForProtobuf('*/*')).toBe(false);
    expect(asksForProtobuf(undefined)).toBe(false);
  });
});
