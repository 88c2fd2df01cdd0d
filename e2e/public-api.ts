import { readFileSync } from 'node:fs';
import path from 'node:path';

interface Schema {
  $ref?: string;
  properties?: Record<string, { type?: string | string[] }>;
}

interface Parameter {
  name: string;
  in: string;
}

interface Described {
  operationId: string;
  security?: Record<string, unknown>[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  parameters?: Parameter[];
}

interface Document {
  security: Record<string, unknown>[];
  paths: Record<string, Record<string, Described>>;
  components: { schemas: Record<string, Schema> };
}

/** A call of the published API. */
export interface Operation {
  readonly name: string;
  readonly method: string;
  /** With `{name}` for each parameter. */
  readonly url: string;
  /** With a value for each parameter, of something that does not exist. */
  readonly target: string;
  readonly isProtected: boolean;
  /** The fields its body may have; `null` when it has no body. */
  readonly fields: ReadonlySet<string> | null;
  /** Those of them that are text. */
  readonly textFields: readonly string[];
  readonly query: ReadonlySet<string>;
}

const DOCUMENT = JSON.parse(
  readFileSync(path.join(import.meta.dirname, '../libs/dto/openapi.json'), 'utf8'),
) as Document;
/** A well-formed value for each parameter, of something that does not exist. */
const UUID = '01920000-0000-7000-8000-000000000000';
const VALUES: Record<string, string> = { version: '1', id: UUID, run_id: UUID, event_id: UUID };

/** The path with a value for each parameter: one of these, or one of something that does not exist. */
export const filled = (url: string, values: Readonly<Record<string, string>> = {}): string =>
  url.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? VALUES[name] ?? 'nothing-here');

/** Every operation of the OpenAPI document. */
export const OPERATIONS: readonly Operation[] = Object.entries(DOCUMENT.paths).flatMap(([url, methods]) =>
  Object.entries(methods).map(([method, described]) => ({
    name: described.operationId,
    method: method.toUpperCase(),
    url,
    target: filled(url),
    isProtected: isProtected(described),
    fields: described.requestBody ? new Set(Object.keys(propertiesOf(described))) : null,
    textFields: Object.entries(propertiesOf(described)).flatMap(([name, { type = [] }]) =>
      [type].flat().includes('string') ? [name] : [],
    ),
    query: new Set(described.parameters?.flatMap((each) => (each.in === 'query' ? [each.name] : []))),
  })),
);

/** Open ones say so: their list of security requirements is empty, or one of them is. */
function isProtected({ security = DOCUMENT.security }: Described): boolean {
  return security.length > 0 && security.every((way) => Object.keys(way).length > 0);
}

function propertiesOf({ requestBody }: Described): NonNullable<Schema['properties']> {
  const schema = requestBody?.content['application/json']?.schema;
  const name = schema?.$ref?.split('/').at(-1);
  return (name === undefined ? schema : DOCUMENT.components.schemas[name])?.properties ?? {};
}
