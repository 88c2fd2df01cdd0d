import { describe, expect, it } from '@jest/globals';
import { parseEventStream } from '@agion/testing';
import fc from 'fast-check';
import { sseFrame, sseRetry, SSE_KEEP_ALIVE } from './sse-frame.js';

describe('server-sent events', () => {
  it('bring any JSON value back as it was', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue({ stringUnit: 'binary' })), (values) => {
        const wire = values
          .map((value, index) => sseFrame({ id: `run/${index}-0`, data: JSON.stringify(value) }))
          .join('');
        const { events } = parseEventStream(wire);
        expect(events.map(({ data }) => JSON.stringify(JSON.parse(data)))).toEqual(
          values.map((v) => JSON.stringify(v)),
        );
        expect(events.map(({ id }) => id)).toEqual(values.map((_, index) => `run/${index}-0`));
      }),
    );
  });

  it('keep text whole whatever line breaks are in it, so no text can forge a field or an event', () => {
    const text = fc
      .array(fc.constantFrom('\n', '\r', '\r\n', 'data: x', 'id: y', ':', ' ', 'retry: 1', ''))
      .map((all) => all.join(''));
    fc.assert(
      fc.property(text, (data) => {
        const { events, retry } = parseEventStream(sseFrame({ data }) + sseFrame({ data: 'after' }));
        expect(events).toEqual([
          { id: '', data: data.replace(/\r\n|\r/g, '\n') },
          { id: '', data: 'after' },
        ]);
        expect(retry).toBeUndefined();
      }),
    );
  });

  it('separate frames by line feeds only, which AG-UI needs', () => {
    expect(sseFrame({ id: 'r/1-0', data: '{}' })).toBe('id: r/1-0\ndata: {}\n\n');
  });

  it('have signs of life and a time to come back that dispatch nothing', () => {
    expect(parseEventStream(SSE_KEEP_ALIVE + sseRetry(1_000))).toEqual({
      events: [],
      comments: ['keep-alive'],
      retry: 1_000,
    });
  });
});
