import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { coalesced } from './coalesced.js';

const FOREVER = new AbortController().signal;

async function* give(pieces: string[], error?: Error): AsyncIterable<string> {
  for (const piece of pieces) yield await Promise.resolve(piece);
  if (error) throw error;
}

async function collect(stream: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const piece of stream) all.push(piece);
  return all;
}

describe('coalesced pieces', () => {
  it('are the same text in fewer pieces', async () => {
    const words = Array.from({ length: 200 }, (_, index) => `word${index} `);
    const joined = await collect(coalesced(give(words), { intervalMs: 2_000, signal: FOREVER }));
    expect(joined.join('')).toBe(words.join(''));
    expect(joined.length).toBeLessThan(10); // the first, and what gathered behind it
  });

  it('never cut a character in two', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1 }), async (whole) => {
        const joined = await collect(coalesced(give(whole.split('')), { intervalMs: 0, signal: FOREVER }));
        expect(joined.join('')).toBe(whole);
        expect(joined.every((piece) => piece.isWellFormed())).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('come before the error of their source', async () => {
    const seen: string[] = [];
    const failing = async (): Promise<void> => {
      const pieces = coalesced(give(['a', 'b'], new Error('cut')), { intervalMs: 0, signal: FOREVER });
      for await (const piece of pieces) seen.push(piece);
    };
    await expect(failing()).rejects.toThrow('cut');
    expect(seen.join('')).toBe('ab');
  });

  it('end with the reason of the signal, also when the source never listens', async () => {
    const controller = new AbortController();
    async function* deaf(): AsyncIterable<string> {
      yield 'a';
      await new Promise<never>(() => {});
    }
    const reading = collect(coalesced(deaf(), { intervalMs: 0, signal: controller.signal }));
    controller.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
  });
});
