import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

interface Schema {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  enum?: unknown[];
  pattern?: string;
  minimum?: number;
  maximum?: number;
  contentMediaType?: string;
  'x-json'?: Schema;
}

interface Document {
  channels: Record<string, { address: string; messages: Record<string, { $ref: string }> }>;
  components: { messages: Record<string, { payload: Schema }>; schemas: Record<string, Schema> };
}

const document = JSON.parse(
  readFileSync(fileURLToPath(new URL('../libs/dto/asyncapi.json', import.meta.url)), 'utf8'),
) as Document;

/** What a message of a stream or channel has that the checked-in AsyncAPI document does not allow; nothing when it fits. */
export function misfits(address: string, message: unknown): string[] {
  const channel = Object.values(document.channels).find((each) => each.address === address);
  const [name] = Object.keys(channel?.messages ?? {});
  const payload = name === undefined ? undefined : document.components.messages[name]?.payload;
  return payload ? faultsOf(payload, message, '') : [`nothing is said about ${address}`];
}

/** As much of JSON Schema as the document uses. Fields it does not name are faults too: they would be undocumented. */
function faultsOf(given: Schema, value: unknown, at: string): string[] {
  const schema = given.$ref ? (document.components.schemas[given.$ref.split('/').at(-1) ?? ''] ?? {}) : given;
  const types = [schema.type ?? []].flat();
  if (types.length > 0 && !types.some((type) => isOf(type, value))) return [`${at} is no ${types.join(' or ')}`];
  const faults: string[] = [];
  if (schema.enum && !schema.enum.includes(value)) faults.push(`${at} is none of ${schema.enum.join(', ')}`);
  if (typeof value === 'string' && schema.pattern && !new RegExp(schema.pattern).test(value))
    faults.push(`${at} does not match ${schema.pattern}`);
  if (typeof value === 'string' && schema.contentMediaType === 'application/json')
    faults.push(...faultsOf(schema['x-json'] ?? {}, JSON.parse(value), `${at}(json)`));
  if (Array.isArray(value) && schema.items)
    for (const [index, item] of value.entries()) faults.push(...faultsOf(schema.items, item, `${at}/${index}`));
  if (schema.properties && typeof value === 'object' && value !== null) {
    const properties = schema.properties;
    for (const name of schema.required ?? []) if (!(name in value)) faults.push(`${at}/${name} is missing`);
    for (const [name, member] of Object.entries(value)) {
      const described = properties[name];
      faults.push(...(described ? faultsOf(described, member, `${at}/${name}`) : [`${at}/${name} is not described`]));
    }
  }
  return faults;
}

function isOf(type: string, value: unknown): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
}
