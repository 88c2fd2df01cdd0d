import { expect, test } from '@jest/globals';
import { BatchRunner, type Verdict } from './batch-runner.js';
import type { BatchHandler, StreamEntry } from './consumer-options.js';
import { PermanentError, UnavailableError } from './errors.js';

const entriesOf = (count: number): StreamEntry[] =>
  Array.from({ length: count }, (_, n) => ({ stream: 's', id: `${n}-0`, fields: { n: String(n) }, deliveries: 1 }));

interface Run {
  readonly verdicts: string[];
  readonly calls: number[];
}

async function run(handle: BatchHandler, count: number, mayGoOn = (): boolean => true): Promise<Run> {
  const calls: number[] = [];
  const settings = {
    handlerTimeoutMs: 20,
    isUnavailable: (error: unknown) => error instanceof UnavailableError,
    handle: ((entries, context) => {
      calls.push(entries.length);
      return handle(entries, context);
    }) satisfies BatchHandler,
  };
  const verdicts: Verdict[] = [];
  const runner = new BatchRunner(settings, new AbortController().signal);
  for await (const some of runner.run(entriesOf(count), () => Promise.resolve(mayGoOn()))) verdicts.push(...some);
  return { verdicts: verdicts.map(({ kind, entry }) => `${entry.fields['n']} ${kind}`), calls };
}

const failingOn =
  (n: string, error: Error): BatchHandler =>
  (entries) =>
    entries.some(({ fields }) => fields['n'] === n) ? Promise.reject(error) : Promise.resolve();

test('a batch that succeeds is one call', async () => {
  expect(await run(() => Promise.resolve(), 3)).toEqual({ verdicts: ['0 done', '1 done', '2 done'], calls: [3] });
});

test('when a batch fails as a whole only the guilty entry suffers', async () => {
  expect(await run(failingOn('1', new Error('bad')), 3)).toEqual({
    verdicts: ['0 done', '1 transient', '2 done'],
    calls: [3, 1, 1, 1],
  });
  const { verdicts } = await run(failingOn('1', new PermanentError('bad')), 3);
  expect(verdicts).toEqual(['0 done', '1 permanent', '2 done']);
});

test('a handler that throws at once is a handler that rejects', async () => {
  const thrower: BatchHandler = () => {
    throw new PermanentError('bad');
  };
  expect((await run(thrower, 1)).verdicts).toEqual(['0 permanent']);
});

test('outcomes are taken one by one; a wrong number of them is a failure', async () => {
  const { verdicts } = await run(() => Promise.resolve([undefined, new Error('bad')]), 2);
  expect(verdicts).toEqual(['0 done', '1 transient']);
  expect((await run(() => Promise.resolve([undefined]), 2)).verdicts).toEqual(['0 done', '1 done']); // alone they fit
  expect((await run(() => Promise.resolve([]), 1)).verdicts).toEqual(['0 transient']);
});

test('while something is down entries are not tried one at a time', async () => {
  expect(await run(() => Promise.reject(new UnavailableError('down')), 3)).toEqual({
    verdicts: ['0 unavailable', '1 unavailable', '2 unavailable'],
    calls: [3],
  });
});

test('a handler that hangs for everything is not asked for every entry', async () => {
  const { verdicts, calls } = await run(() => new Promise(() => undefined), 10);
  expect(calls).toEqual([10, 1, 1]);
  expect(verdicts).toEqual(['0 transient', '1 transient']);
});

test('entries that are no longer ours are left without a verdict', async () => {
  let allowed = 1;
  const { verdicts } = await run(failingOn('9', new Error('bad')), 10, () => allowed-- > 0);
  expect(verdicts).toEqual(['0 done']);
});
