/** Members that say what a schema admits; one without any of them admits everything. */
const SAYS_TYPE = ['type', '$ref', 'oneOf', 'anyOf', 'allOf', 'enum'];

/**
 * Nest writes schemas as OpenAPI 3.0 has them. In 3.1 they are JSON Schema, where `nullable` is unknown: null is a type. A reference
 * that may be null becomes a choice, because `allOf` with a schema that refuses null refuses it too.
 */
export function asJsonSchema(value) {
  if (Array.isArray(value)) return value.map(asJsonSchema);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([key, member]) => [
    key,
    key === 'example' ? member : asJsonSchema(member),
  ]);
  return nullAsType(scalarOrNull(withType(Object.fromEntries(members))));
}

function nullAsType({ nullable, ...schema }) {
  if (nullable !== true)
    return nullable === undefined ? schema : { ...schema, ...(nullable !== false && { nullable }) };
  const { allOf, $ref, type, ...rest } = schema;
  const reference = $ref === undefined ? allOf?.[0] : { $ref };
  if (reference) return { ...rest, oneOf: [reference, { type: 'null' }] };
  const nulls = { ...rest, ...(type !== undefined && { type: [type, 'null'] }) };
  return schema.enum ? { ...nulls, enum: [...schema.enum, null] } : nulls;
}

/** `string | null` leaves no trace of `string` at run time, and Nest then says `object`: the example knows better. */
function scalarOrNull(value) {
  const { type, example } = value;
  if (type !== 'object' || !['string', 'number', 'boolean'].includes(typeof example)) return value;
  return { ...value, type: Number.isInteger(example) ? 'integer' : typeof example, nullable: true };
}

/** A parameter whose class gives only a default has that default's type. */
function withType(value) {
  const { schema } = value;
  if (!value.in || !schema || schema.default === undefined || SAYS_TYPE.some((member) => member in schema))
    return value;
  const type = Number.isInteger(schema.default) ? 'integer' : typeof schema.default;
  return { ...value, schema: { ...schema, type } };
}
