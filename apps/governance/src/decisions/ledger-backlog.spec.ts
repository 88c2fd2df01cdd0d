import { expect, it } from '@jest/globals';
import { LedgerBacklog } from './ledger-backlog.js';

it('is too long when thirty-two batches have waited for more than a second, until one of them is written', () => {
  let now = 0;
  const backlog = new LedgerBacklog(() => now);
  for (let batch = 0; batch < 40; batch += 1) {
    now = batch * 10;
    backlog.waits(`${batch}`);
  }
  expect(backlog.isTooLong).toBe(false); // many, but it goes on
  now = 1_000 + 300;
  expect(backlog.isTooLong).toBe(false);
  now = 1_000 + 310;
  expect(backlog.isTooLong).toBe(true);
  backlog.waits('0'); // once more: it has waited all the time
  expect(backlog.isTooLong).toBe(true);
  backlog.isWritten('3');
  expect(backlog.isTooLong).toBe(false);
});
