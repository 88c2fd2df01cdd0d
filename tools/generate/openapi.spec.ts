import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { inCheckout } from '../setup/checkout.mjs';
import { mergedDocument, openApi } from './openapi.mjs';

interface Operation {
  operationId?: string;
  summary?: string;
  responses: Record<string, unknown>;
}

describe('the API as its services describe it', () => {
  let merged: Awaited<ReturnType<typeof mergedDocument>>;

  beforeAll(async () => {
    merged = await mergedDocument();
  });

  it('is what the route table of the gateway says, no route more and none less', () => {
    expect(merged.differences).toEqual([]);
    expect(Object.keys(merged.document.paths).length).toBeGreaterThan(25);
  });

  it('never shows what is between services only', () => {
    expect(Object.keys(merged.document.paths).filter((path) => path.includes('internal'))).toEqual([]);
  });

  it('is what is checked in', async () => {
    expect(readFileSync(inCheckout('libs/dto/openapi.json'), 'utf8')).toBe(await openApi());
  });

  it('gives every operation an id of its own, a summary and a documented success', () => {
    const items = Object.values<Record<string, Operation>>(merged.document.paths);
    const operations = items.flatMap((item) => Object.values(item));
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { operationId, summary, responses } of operations) {
      expect([operationId, typeof summary]).toEqual([operationId, 'string']);
      expect([operationId, Object.keys(responses).some((status) => /^2/.test(status))]).toEqual([operationId, true]);
    }
  });
});
