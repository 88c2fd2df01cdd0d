/** How much an action can do. One that nobody has spoken about counts as `high`. */
export const ACTION_RISKS = ['low', 'medium', 'high'] as const;

export type ActionRisk = (typeof ACTION_RISKS)[number];

/** What is known of an action. */
export interface ActionDefinition {
  name: string;
  risk: ActionRisk;
  /** What its `context` looks like; null when nobody has said. */
  contextSchema: ContextSchema | null;
}

/** The part of JSON Schema (2020-12) that contexts are described in. One without `type` is about anything. */
export interface ContextSchema {
  $schema?: string;
  title?: string;
  description?: string;
  type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean';
  /** Of primitives. */
  enum?: (string | number | boolean)[];
  properties?: Record<string, ContextSchema>;
  required?: string[];
  /** Members that `properties` does not name; `true` unless said. Conditions may name none of them. */
  additionalProperties?: boolean;
  items?: ContextSchema;
}

/** Says what is wrong with a value, as a part of a sentence that begins with where it stands; null when it fits. */
type Misfit = (value: unknown, place: string) => string | null;

const ANYTHING: Misfit = () => null;
const misfits = new WeakMap<ContextSchema, Misfit>();

/** Why a context does not fit the schema of its action; null when it does. Never throws for a schema that has been checked. */
export function misfitOf(schema: ContextSchema, context: unknown): string | null {
  let misfit = misfits.get(schema);
  if (!misfit) misfits.set(schema, (misfit = compiled(schema)));
  return misfit(context, 'context');
}

function compiled(schema: ContextSchema): Misfit {
  const { type, enum: values } = schema;
  if (type === undefined) return ANYTHING;
  const ofType = compiledType(schema);
  if (!values) return ofType;
  const known = new Set<unknown>(values);
  const list = values.map((value) => `\`${String(value)}\``).join(', ');
  return (value, place) => ofType(value, place) ?? (known.has(value) ? null : `\`${place}\` must be one of ${list}`);
}

function compiledType(schema: ContextSchema): Misfit {
  switch (schema.type) {
    case 'object':
      return compiledObject(schema);
    case 'array':
      return compiledArray(schema);
    case 'integer':
      return (value, place) => (Number.isInteger(value) ? null : `\`${place}\` must be a whole number`);
    case 'number':
      return (value, place) => (Number.isFinite(value) ? null : `\`${place}\` must be a number`);
    default: {
      const { type } = schema;
      const name = type === 'string' ? 'a text' : '`true` or `false`';
      return (value, place) => (typeof value === type ? null : `\`${place}\` must be ${name}`);
    }
  }
}

function compiledObject({ properties = {}, required = [], additionalProperties = true }: ContextSchema): Misfit {
  const members = Object.entries(properties).map(([name, schema]) => ({ name, misfit: compiled(schema) }));
  const known = new Set(Object.keys(properties));
  return (value, place) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return `\`${place}\` must be an object`;
    for (const name of required) if (!Object.hasOwn(value, name)) return `\`${place}.${name}\` is missing`;
    for (const { name, misfit } of members) {
      if (!Object.hasOwn(value, name)) continue;
      const reason = misfit((value as Record<string, unknown>)[name], `${place}.${name}`);
      if (reason !== null) return reason;
    }
    if (additionalProperties) return null;
    const surplus = Object.keys(value).find((name) => !known.has(name));
    return surplus === undefined ? null : `\`${place}.${shortened(surplus)}\` is not known`;
  };
}

function compiledArray({ items }: ContextSchema): Misfit {
  const misfit = items ? compiled(items) : ANYTHING;
  return (value, place) => {
    if (!Array.isArray(value)) return `\`${place}\` must be a list`;
    for (const [index, element] of value.entries()) {
      const reason = misfit(element, `${place}[${index}]`);
      if (reason !== null) return reason;
    }
    return null;
  };
}

const LONGEST_NAME = 60;

/** Names come from whoever asks. */
const shortened = (name: string): string => (name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name);
