import type { ContextSchema } from './action-schema.js';
import { DocumentReader } from './document-reader.js';
import type { PolicyFault } from './policy.js';

export type CheckedContextSchema = { schema: ContextSchema; faults: [] } | { schema: null; faults: PolicyFault[] };

/** Limits of a schema: every agent in the scope of its action carries it around. */
export const SCHEMA_LIMITS = { depth: 8, parts: 500, values: 100, name: 200, text: 1_000 };

const TYPES = ['object', 'array', 'string', 'number', 'integer', 'boolean'] as const;
const ANNOTATIONS = ['title', 'description'] as const;
const DIALECT = 'https://json-schema.org/draft/2020-12/schema';
/** Names that conditions may not see. */
const MISLEADING = ['__proto__', 'constructor'];

const KEYWORDS: Readonly<Record<string, readonly string[]>> = {
  object: ['properties', 'required', 'additionalProperties'],
  array: ['items'],
  string: ['enum'],
  number: ['enum'],
  integer: ['enum'],
  boolean: ['enum'],
};

interface Checking {
  readonly faults: PolicyFault[];
  parts: number;
}

/**
 * Checks the schema of a context: an object, whose members are objects, lists and primitives. What is not in the part of JSON Schema that
 * is understood is refused, each keyword with its pointer.
 */
export function checkContextSchema(input: unknown): CheckedContextSchema {
  const checking: Checking = { faults: [], parts: 0 };
  const { faults } = checking;
  const schema = readSchema(input, '', 0, checking);
  if (schema && schema.type !== 'object')
    faults.push({ pointer: '/type', detail: 'must be `object`: a context is one' });
  return schema && faults.length === 0 ? { schema, faults: [] } : { schema: null, faults };
}

function readSchema(input: unknown, pointer: string, depth: number, checking: Checking): ContextSchema | null {
  const { faults } = checking;
  checking.parts += 1;
  if (depth > SCHEMA_LIMITS.depth) {
    faults.push({ pointer, detail: `must not be nested deeper than ${SCHEMA_LIMITS.depth} levels` });
    return null;
  }
  if (checking.parts > SCHEMA_LIMITS.parts) {
    if (checking.parts === SCHEMA_LIMITS.parts + 1)
      faults.push({ pointer, detail: `is more than the ${SCHEMA_LIMITS.parts} parts a schema may have` });
    return null;
  }
  const type = typeIn(input);
  const known = ['type', ...ANNOTATIONS, ...(depth === 0 ? ['$schema'] : []), ...(KEYWORDS[type ?? ''] ?? [])];
  const reader = DocumentReader.open(input, pointer, faults, known);
  if (!reader) return null;
  const schema: ContextSchema = {};
  if (reader.has('$schema')) schema.$schema = reader.word('$schema', [DIALECT]) ?? DIALECT;
  for (const name of ANNOTATIONS) if (reader.has(name)) schema[name] = reader.text(name, SCHEMA_LIMITS.text) ?? '';
  if (!reader.has('type')) return schema;
  const named = reader.word('type', TYPES);
  if (!named) return null;
  schema.type = named;
  if (reader.has('enum')) schema.enum = readEnum(reader, named);
  if (named === 'array' && reader.has('items')) {
    const items = readSchema(reader.value('items'), `${pointer}/items`, depth + 1, checking);
    if (items) schema.items = items;
  }
  if (named === 'object') readObject(schema, reader, depth, checking);
  return schema;
}

function typeIn(input: unknown): string | undefined {
  const type: unknown =
    typeof input === 'object' && input !== null && Object.hasOwn(input, 'type')
      ? (input as { type: unknown }).type
      : '';
  return typeof type === 'string' && Object.hasOwn(KEYWORDS, type) ? type : undefined;
}

function readObject(schema: ContextSchema, reader: DocumentReader, depth: number, checking: Checking): void {
  const given = reader.value('properties');
  if (reader.has('properties')) {
    const names = typeof given === 'object' && given !== null && !Array.isArray(given) ? Object.keys(given) : [];
    const members = reader.open('properties', names);
    const entries = names.flatMap((name): [string, ContextSchema][] => {
      const wrong = name.length === 0 || name.length > SCHEMA_LIMITS.name || MISLEADING.includes(name);
      if (wrong) members?.fault(name, `must be called something else, of 1 to ${SCHEMA_LIMITS.name} characters`);
      const pointer = members?.pointerTo(name) ?? '';
      const member = readSchema(members?.value(name), pointer, depth + 1, checking);
      return member && !wrong ? [[name, member]] : [];
    });
    schema.properties = Object.fromEntries(entries);
  }
  if (reader.has('required')) {
    const known = new Set(Object.keys(schema.properties ?? {}));
    const unknown = (name: string): string | null => (known.has(name) ? null : `\`${name}\` is not in \`properties\``);
    if (!isEmptyList(reader.value('required')))
      schema.required = reader.texts('required', SCHEMA_LIMITS.parts, unknown);
  }
  const more = reader.value('additionalProperties');
  if (typeof more === 'boolean') schema.additionalProperties = more;
  else if (more !== undefined) reader.fault('additionalProperties', 'must be `true` or `false`');
}

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

function readEnum(reader: DocumentReader, type: string): (string | number | boolean)[] {
  const values = reader.value('enum');
  if (!Array.isArray(values) || values.length === 0 || values.length > SCHEMA_LIMITS.values) {
    reader.fault('enum', `must be a list of 1 to ${SCHEMA_LIMITS.values} values`);
    return [];
  }
  const fits = (value: unknown): value is string | number | boolean =>
    type === 'integer' ? Number.isInteger(value) : type === 'number' ? Number.isFinite(value) : typeof value === type;
  values.forEach((value: unknown, position) => {
    if (!fits(value)) reader.faultAt('enum', position, `must be of the type \`${type}\``);
  });
  return values.filter(fits);
}
