import { EventSchema } from '@ag-ui/core/schemas';
import { decode } from '@ag-ui/proto';
import { describe, expect, it } from '@jest/globals';
import { parseEventStream } from '@agion/testing';
import type { RunEvent } from '@agion/wire';
import fc from 'fast-check';
import { agUiProtobufEncoder, agUiSseEncoder } from './ag-ui-protocol.encoder.js';
import { aguiMessageEncoder } from './agui-message.encoder.js';

const RUN = { run_id: 'run-1', thread_id: 'thread-1' };
const EVENTS: RunEvent[] = [
  { kind: 'run.started', ...RUN },
  { kind: 'text.started', message_id: 'm-1' },
  { kind: 'text.delta', message_id: 'm-1', delta: 'Hello\n“you” 🦉' },
  { kind: 'text.ended', message_id: 'm-1', text: 'Hello\n“you” 🦉' },
  { kind: 'run.finished', ...RUN },
  { kind: 'run.failed', code: 'LLM_TIMEOUT', message: 'the model did not answer in time' },
];
const LATER = { kind: 'tool.started', tool: 'weather' } as unknown as RunEvent;

describe('AG-UI 1.0', () => {
  it('has one valid event for each run event, with where to continue', () => {
    const wire = EVENTS.map((event, index) => agUiSseEncoder.encode(event, `run-1/${index}-0`)).join('');
    const { events } = parseEventStream(wire);
    expect(events.map(({ id }) => id)).toEqual(EVENTS.map((_, index) => `run-1/${index}-0`));
    const parsed = events.map(({ data }) => EventSchema.parse(JSON.parse(data)));
    expect(parsed.map(({ type }) => type)).toEqual([
      'RUN_STARTED',
      'TEXT_MESSAGE_START',
      'TEXT_MESSAGE_CONTENT',
      'TEXT_MESSAGE_END',
      'RUN_FINISHED',
      'RUN_ERROR',
    ]);
    expect(parsed).toEqual(events.map(({ data }) => JSON.parse(data) as object)); // nothing it does not know
  });

  it('is the same as protobuf, each event behind its length', async () => {
    const encoder = await agUiProtobufEncoder();
    expect(encoder.contentType).toBe('application/vnd.ag-ui.event+proto');
    for (const event of EVENTS) {
      const frame = encoder.encode(event, 'ignored');
      expect(frame?.readUInt32BE(0)).toBe((frame?.length ?? 0) - 4);
      const sse = parseEventStream(String(agUiSseEncoder.encode(event, undefined))).events[0];
      expect(decode(frame?.subarray(4) ?? Buffer.alloc(0))).toMatchObject(JSON.parse(sse?.data ?? '') as object);
    }
    expect(decode(encoder.farewells.stopping.subarray(4))).toMatchObject({
      type: 'RUN_ERROR',
      code: 'STREAM_INTERRUPTED',
    });
    expect(encoder.keepAlive).toBeNull();
  });

  it('carries any text whole', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (delta) => {
        const frame = agUiSseEncoder.encode({ kind: 'text.delta', message_id: 'm', delta }, 'r/1-0');
        const [event] = parseEventStream(String(frame)).events;
        expect(JSON.parse(event?.data ?? '')).toMatchObject({ delta });
      }),
    );
  });
});

describe('the older shape', () => {
  it('has a frame for the answer and one for a failure, and nothing of the protocol in it', () => {
    const wire = EVENTS.map((event) => aguiMessageEncoder.encode(event, 'run-1/1-0') ?? '').join('');
    expect(parseEventStream(wire).events.map(({ data }) => JSON.parse(data) as unknown)).toEqual([
      { event_type: 'AGENT_RESPONSE', data: { message_id: 'm-1' }, message: 'Hello\n“you” 🦉' },
      { event_type: 'ERROR', data: { code: 'LLM_TIMEOUT' }, message: 'the model did not answer in time' },
    ]);
  });
});

it('skips kinds of events that were added later', async () => {
  for (const encoder of [agUiSseEncoder, aguiMessageEncoder, await agUiProtobufEncoder()])
    expect(encoder.encode(LATER, 'r/1-0')).toBeNull();
});
