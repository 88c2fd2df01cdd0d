import { setTimeout as delay } from 'node:timers/promises';
import type { Llm, LlmMessage, LlmRequest } from './llm.port.js';

/** Milliseconds between two words. */
const PACE_MS = 12;
/** Characters of the question that are repeated in the answer. */
const MAX_QUOTE = 300;

/** Answers without any network, always the same to the same conversation, and says that it is no real model. */
export class DemoLlm implements Llm {
  readonly name = 'offline demo model';

  constructor(private readonly paceMs = PACE_MS) {}

  async *stream({ messages, signal }: LlmRequest): AsyncIterable<string> {
    for (const piece of demoAnswer(messages).match(/\s*\S+/g) ?? []) {
      signal.throwIfAborted();
      yield piece;
      await delay(this.paceMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}

/** The demo model's whole answer. */
export function demoAnswer(messages: readonly LlmMessage[]): string {
  const questions = messages.filter(({ role }) => role === 'user');
  const question = questions.at(-1)?.content.trim() ?? '';
  const quote = question.length > MAX_QUOTE ? `${question.slice(0, MAX_QUOTE)}…` : question;
  const words = question.split(/\s+/).filter(Boolean).length;
  const place = questions.length > 1 ? ` It is question ${questions.length} of this conversation.` : '';
  return [
    'This is the offline demo model of Agion: it cannot look anything up and does not think.',
    `You asked, in ${words === 1 ? 'one word' : `${words} words`}: “${quote}”.${place}`,
    'Your question came through the gateway, became a run, and this answer comes back over the run feed, as a real one would.',
    'For real answers set OPENAI_BASE_URL and OPENAI_MODEL (and OPENAI_API_KEY where one is needed) and start again.',
  ].join(' ');
}
