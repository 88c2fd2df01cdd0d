const NUMBER = '^-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][+-]?[0-9]+)?$';
const INTEGER = '^-?(0|[1-9][0-9]*)$';
const KEPT = ['description', 'title', 'example', 'deprecated'];

const kept = (schema) => Object.fromEntries(KEPT.filter((name) => name in schema).map((name) => [name, schema[name]]));

const without = (object, ...names) =>
  Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));

const asText = (value) => (typeof value === 'string' ? value : JSON.stringify(value));

function described(schema, text) {
  const description = [schema.description, text].filter(Boolean).join(' ');
  return description ? { description } : {};
}

/** One field of a stream's entry: always a string, whatever it means. What is not text is JSON. */
function fieldSchema(schema) {
  const { example, ...notes } = kept(schema);
  const shown = { ...notes, ...(example !== undefined && { examples: [asText(example)] }) };
  switch (schema.type) {
    case 'string':
      return { ...without(schema, 'example', 'nullable'), ...shown };
    case 'number':
    case 'integer': {
      const range = ['minimum', 'maximum'].filter((name) => name in schema).map((name) => `${name} ${schema[name]}`);
      const pattern = schema.type === 'integer' ? INTEGER : NUMBER;
      return {
        type: 'string',
        pattern,
        ...shown,
        ...described(schema, `A number${range.length ? `, ${range.join(', ')}` : ''}.`),
      };
    }
    case 'boolean':
      return { type: 'string', enum: ['true', 'false'], ...shown };
    default:
      return {
        type: 'string',
        contentMediaType: 'application/json',
        ...shown,
        'x-json': without(schema, 'description', 'example'),
      };
  }
}

/** How an entry of a class stands in a stream: flat string fields (wire contract, section 4). */
export function entrySchema({ properties = {}, ...rest }) {
  const fields = Object.entries(properties).map(([name, schema]) => [name, fieldSchema(schema)]);
  return { ...rest, properties: Object.fromEntries(fields) };
}

/** JSON Schema of an OpenAPI 3.0 schema: AsyncAPI knows no `nullable` and no `example`. */
export function jsonSchema(value) {
  if (Array.isArray(value)) return value.map(jsonSchema);
  if (typeof value !== 'object' || value === null) return value;
  const { nullable, example, properties, ...rest } = value;
  const schema = mapped(rest);
  if (properties) schema.properties = mapped(properties);
  if (example !== undefined) schema.examples = [example];
  if (nullable && typeof schema.type === 'string') schema.type = [schema.type, 'null'];
  if (nullable && schema.enum) schema.enum = [...schema.enum, null];
  return schema;
}

const mapped = (object) =>
  Object.fromEntries(Object.entries(object).map(([name, member]) => [name, jsonSchema(member)]));
