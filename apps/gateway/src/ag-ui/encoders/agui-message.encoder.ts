import type { RunEvent } from '@agion/wire';
import { sseEncoder, type RunEncoder } from './run-encoder.js';

/** The frames of `GET /ag-ui/events`, older than the AG-UI protocol and different from it. */
export interface AguiMessage {
  event_type: 'AGENT_RESPONSE' | 'ERROR';
  data: Record<string, unknown>;
  message: string;
}

/** One frame for a whole answer and one for a failure; the other events have no place in this shape. */
export function aguiMessageOf(event: RunEvent): AguiMessage | null {
  switch (event.kind) {
    case 'text.ended':
      return { event_type: 'AGENT_RESPONSE', data: { message_id: event.message_id }, message: event.text };
    case 'run.failed':
      return { event_type: 'ERROR', data: { code: event.code }, message: event.message };
    default:
      return null;
  }
}

export const aguiMessageEncoder: RunEncoder = sseEncoder(aguiMessageOf);
