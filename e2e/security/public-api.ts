import { readFileSync } from 'node:fs';
import path from 'node:path';

interface Schema {
  $ref?: string;
  properties?: Record<string, unknown>;
}

interface Described {
  operationId: string;
  security?: Record<string, unknown>[];
  requestBody?: { content: Record<string, { schema: Schema }> };
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
  /** With a value for each parameter, of something that does not exist. */
  readonly target: string;
  readonly isProtected: boolean;
  /** The fields its body may have; `null` when it has no body. */
  readonly fields: ReadonlySet<string> | null;
}

const DOCUMENT = JSON.parse(
  readFileSync(path.join(import.meta.dirname, '../../libs/dto/openapi.json'), 'utf8'),
) as Document;
const UUID = '01920000-0000-7000-8000-000000000000';
const VALUES: Record<string, string> = { version: '1', id: UUID, run_id: UUID, event_id: UUID };

/** Every operation of the OpenAPI document. */
export const OPERATIONS: readonly Operation[] = Object.entries(DOCUMENT.paths).flatMap(([url, methods]) =>
  Object.entries(methods).map(([method, described]) => ({
    name: described.operationId,
    method: method.toUpperCase(),
    target: url.replace(/\{(\w+)\}/g, (_, name: string) => VALUES[name] ?? 'nothing-here'),
    isProtected: isProtected(described),
    fields: fieldsOf(described),
  })),
);

/** Open ones say so: their list of security requirements is empty, or one of them is. */
function isProtected({ security = DOCUMENT.security }: Described): boolean {
  return security.length > 0 && security.every((way) => Object.keys(way).length > 0);
}

function fieldsOf({ requestBody }: Described): ReadonlySet<string> | null {
  const schema = requestBody?.content['application/json']?.schema;
  if (!schema) return null;
  const name = schema.$ref?.split('/').at(-1);
  return new Set(Object.keys((name === undefined ? schema : DOCUMENT.components.schemas[name])?.properties ?? {}));
}
