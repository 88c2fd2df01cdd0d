import { describe, expect, it } from '@jest/globals';
import type { Llm, LlmMessage } from '../src/llm/llm.port.js';

const QUESTION: LlmMessage[] = [{ role: 'user', content: 'What is the weather like in London?' }];

/** What every model behind the port keeps to. `makeLlm` gives one that answers any question in several pieces, ≥ 5 ms apart. */
export function describeLlm(name: string, makeLlm: () => Llm): void {
  describe(`${name} as a model`, () => {
    it('answers in several pieces, none of them empty', async () => {
      const pieces = await answer(makeLlm(), QUESTION);
      expect(pieces.length).toBeGreaterThan(3);
      expect(pieces).not.toContain('');
    });

    it('takes a conversation with instructions and earlier answers', async () => {
      const conversation: LlmMessage[] = [
        { role: 'system', content: 'Be brief.' },
        { role: 'developer', content: 'Be kind.' },
        { role: 'user', content: 'Hello' },
        { role: 'assistant', content: 'Hi!' },
        { role: 'user', content: 'And now? 🦉 “quoted”\nsecond line' },
      ];
      expect((await answer(makeLlm(), conversation)).join('')).not.toBe('');
    });

    it('answers several callers at once', async () => {
      const llm = makeLlm();
      const answers = await Promise.all([1, 2, 3].map(() => answer(llm, QUESTION)));
      expect(new Set(answers.map((pieces) => pieces.join(''))).size).toBe(1);
    });

    it('stops in the middle with the reason it was given', async () => {
      const stop = new AbortController();
      const seen: string[] = [];
      const reading = (async () => {
        for await (const piece of makeLlm().stream({ messages: QUESTION, signal: stop.signal })) {
          seen.push(piece);
          if (seen.length === 2) stop.abort(new Error('cancelled by the caller'));
        }
      })();
      await expect(reading).rejects.toThrow('cancelled by the caller');
      expect(seen.length).toBeLessThanOrEqual(3);
    });

    it('does not begin when it is stopped before', async () => {
      const signal = AbortSignal.abort(new Error('too late'));
      await expect(answer(makeLlm(), QUESTION, signal)).rejects.toThrow('too late');
    });
  });
}

/** All pieces of an answer. */
export async function answer(
  llm: Llm,
  messages: readonly LlmMessage[],
  signal: AbortSignal = new AbortController().signal,
): Promise<string[]> {
  const pieces: string[] = [];
  for await (const piece of llm.stream({ messages, signal })) pieces.push(piece);
  return pieces;
}
