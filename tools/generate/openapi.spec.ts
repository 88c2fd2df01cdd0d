import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { inCheckout } from '../setup/checkout.mjs';
import { mergedDocument, openApi } from './openapi.mjs';

interface Operation {
  operationId?: string;
  summary?: string;
  parameters?: { name: string; schema: object }[];
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

  it('admits null where an answer may hold it, also in place of an object', () => {
    const schemas = merged.document.components.schemas as Record<string, { properties: Record<string, object> }>;
    const or = (name: string): object => ({ oneOf: [{ $ref: `#/components/schemas/${name}` }, { type: 'null' }] });
    expect(merged.document.openapi).toBe('3.1.0');
    expect(schemas.AgentDto?.properties.fingerprint).toEqual(or('AgentFingerprintDto'));
    expect(schemas.MissionDetailDto?.properties.budget).toEqual(or('MissionBudgetDto'));
    expect(schemas.RunDto?.properties.error).toEqual(or('RunFailureDto'));
    expect(schemas.RunDto?.properties.answer).toMatchObject({ type: ['string', 'null'] });
    expect(schemas.IssueTokenDto?.properties.expires_in_seconds).toMatchObject({ type: ['integer', 'null'] });
    expect(schemas.RegisterAgentDto?.properties.endpoint).toMatchObject({ type: ['string', 'null'] });
    expect(JSON.stringify(merged.document)).not.toContain('"nullable"');
  });

  it('says how callers are known: by a bearer token, or by the signed headers of an edge function', () => {
    const { security, components, paths } = merged.document as {
      security: object[];
      components: { securitySchemes: object };
      paths: Record<string, Record<string, { security?: object[] }>>;
    };
    expect(security).toEqual([{ bearer: [] }, { edgeUser: [], edgeSignature: [] }]);
    expect(Object.keys(components.securitySchemes).sort()).toEqual(['bearer', 'edgeSignature', 'edgeUser']);
    expect(paths['/api/v1/agents']?.get?.security).toBeUndefined();
    expect(paths['/api/v1/agents/register']?.post?.security).toContainEqual({});
    expect(paths['/api/v1/stream-tickets']?.post?.security).toEqual([{ bearer: [] }]);
  });

  it('lists what the door may answer: 304, 413, 414 and 415 where they are possible', () => {
    const statuses = (path: string, method: string): string[] =>
      Object.keys(
        (merged.document.paths as Record<string, Record<string, Operation>>)[path]?.[method]?.responses ?? {},
      );
    expect(statuses('/api/v1/prompts/{id}', 'get')).toEqual(expect.arrayContaining(['304', '414']));
    expect(statuses('/openapi.json', 'get')).toEqual(['200', '304']);
    expect(statuses('/api/v1/runs', 'post')).toEqual(expect.arrayContaining(['413', '415', '429']));
    expect(statuses('/ag-ui/events', 'get')).toContain('414');
    expect(statuses('/readiness', 'get')).toEqual(['200', '503']);
    expect(statuses('/docs', 'get')).toEqual(['200']);
  });

  it('says of every parameter of what type it is, and of every 200 what it holds', () => {
    const operations = Object.values<Record<string, Operation>>(merged.document.paths).flatMap((item) =>
      Object.values(item),
    );
    for (const { operationId, parameters = [], responses } of operations) {
      for (const { name, schema } of parameters)
        expect([operationId, name, Object.keys(schema).some((key) => /^(type|\$ref|oneOf|enum)$/.test(key))]).toEqual([
          operationId,
          name,
          true,
        ]);
      const success = responses[200] as { content?: object } | undefined;
      if (success) expect([operationId, success.content]).toEqual([operationId, expect.any(Object)]);
    }
  });
});
