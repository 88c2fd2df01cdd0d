import { EventType, type Event } from '@ag-ui/core';
import type { RunEvent } from '@agion/wire';
import { PROTOBUF_MEDIA_TYPE } from '../accepted-stream.js';
import { sseEncoder, type RunEncoder } from './run-encoder.js';

/** A run event in AG-UI 1.0; `null` for kinds it has no event for. */
export function agUiEventOf(event: RunEvent): Event | null {
  switch (event.kind) {
    case 'run.started':
      return { type: EventType.RUN_STARTED, threadId: event.thread_id, runId: event.run_id };
    case 'text.started':
      return { type: EventType.TEXT_MESSAGE_START, messageId: event.message_id, role: 'assistant' };
    case 'text.delta':
      return { type: EventType.TEXT_MESSAGE_CONTENT, messageId: event.message_id, delta: event.delta };
    case 'text.ended':
      return { type: EventType.TEXT_MESSAGE_END, messageId: event.message_id };
    case 'run.finished':
      return { type: EventType.RUN_FINISHED, threadId: event.thread_id, runId: event.run_id };
    case 'run.failed':
      return { type: EventType.RUN_ERROR, message: event.message, code: event.code };
    default:
      return null;
  }
}

/** AG-UI over server-sent events. */
export const agUiSseEncoder: RunEncoder = sseEncoder(agUiEventOf);

/**
 * AG-UI as length-prefixed protobuf. Loaded when first asked for. The format has no ids and no comments: a stream that breaks
 * cannot be continued, so whatever ends it early is an error here.
 */
export async function agUiProtobufEncoder(): Promise<RunEncoder> {
  const { EventEncoder } = await import('@ag-ui/encoder');
  const encoder = new EventEncoder({ accept: PROTOBUF_MEDIA_TYPE });
  const encode = (event: Event): Buffer => Buffer.from(encoder.encodeBinary(event));
  const interrupted = (message: string): Buffer =>
    encode({ type: EventType.RUN_ERROR, code: 'STREAM_INTERRUPTED', message });
  return {
    contentType: encoder.getContentType(),
    encode: (event) => {
      const shaped = agUiEventOf(event);
      return shaped && encode(shaped);
    },
    keepAlive: null,
    farewells: {
      stopping: interrupted('the gateway is being restarted; the run goes on'),
      expired: interrupted('the credentials are no longer valid; the run goes on'),
    },
  };
}
