import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { CHANNELS, STREAMS } from '@agion/wire';
import { inCheckout } from '../setup/checkout.mjs';
import { asyncApi, asyncDocument } from './asyncapi.mjs';
import { streamHandlers } from './stream-handlers.mjs';
import { entrySchema, jsonSchema } from './wire-schema.mjs';

interface Channel {
  address: string;
  messages: Record<string, unknown>;
  'x-agion-readers': string[];
}

describe('what goes over Redis, described', () => {
  let channels: Channel[];
  let document: Awaited<ReturnType<typeof asyncDocument>>;

  beforeAll(async () => {
    document = await asyncDocument();
    channels = Object.values<Channel>(document.channels);
  });

  it('is what is checked in', async () => {
    expect(readFileSync(inCheckout('libs/dto/asyncapi.json'), 'utf8')).toBe(await asyncApi());
  });

  it('has every stream and every channel by its name', () => {
    const described = channels.map(({ address }) => address);
    expect(described).toEqual(expect.arrayContaining([...Object.values(STREAMS), ...Object.values(CHANNELS)]));
  });

  it('has the class and the group of every consumer', async () => {
    const handlers = await streamHandlers();
    expect(handlers.length).toBeGreaterThanOrEqual(2);
    for (const { service, stream, group, entry } of handlers) {
      const isOfAny = stream.startsWith('*');
      const channel = channels.find(({ address }) => address === (isOfAny ? stream.replace('*', '{stream}') : stream));
      expect(channel?.['x-agion-readers']).toContain(`${service} (group \`${group}\`)`);
      if (isOfAny) continue; // what it may be the entry of, no class can tell
      expect(Object.keys(channel?.messages ?? {})).toEqual([entry.name]);
      expect(document.components.schemas).toHaveProperty(entry.name);
    }
  });

  it('points nowhere that is not there', () => {
    for (const [, pointer = ''] of JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g))
      expect([pointer, pointer.split('/').reduce((value, name) => value?.[name], document)]).toEqual([
        pointer,
        expect.anything(),
      ]);
  });
});

describe('the schema of an entry', () => {
  it('knows that every field is text, and says what structured ones hold', () => {
    const schema: { properties: Record<string, { pattern?: string }> } = entrySchema({
      type: 'object',
      properties: {
        name: { type: 'string', example: 'a' },
        impact: { type: 'number', minimum: -1, maximum: 1, example: 0.05 },
        last: { type: 'boolean' },
        context: { type: 'object', description: 'Facts.', example: { a: 1 } },
      },
      required: ['name'],
    });
    expect(schema.properties).toMatchObject({
      name: { type: 'string', examples: ['a'] },
      impact: { type: 'string', description: 'A number, minimum -1, maximum 1.', examples: ['0.05'] },
      last: { type: 'string', enum: ['true', 'false'] },
      context: {
        type: 'string',
        contentMediaType: 'application/json',
        examples: ['{"a":1}'],
        'x-json': { type: 'object' },
      },
    });
    const pattern = new RegExp(schema.properties['impact']?.pattern ?? '');
    for (const number of ['0', '-1', '0.05', '-0.5', '1e-7']) expect(number).toMatch(pattern);
    for (const text of ['', 'NaN', '1,5', '01', '+1']) expect(text).not.toMatch(pattern);
  });

  it('says in the words of JSON Schema what OpenAPI 3.0 says in its own', () => {
    expect(jsonSchema({ type: 'string', nullable: true, enum: ['a'], example: 'a' })).toEqual({
      type: ['string', 'null'],
      enum: ['a', null],
      examples: ['a'],
    });
    expect(jsonSchema({ properties: { example: { type: 'string' } } })).toEqual({
      properties: { example: { type: 'string' } },
    });
  });
});
