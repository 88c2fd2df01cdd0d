import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** A document that describes the API, as it is served. */
export interface ApiDocument {
  readonly text: string;
  readonly etag: string;
}

/** HTTP as the services offer it together, and what goes over Redis. */
export type ApiDocumentName = 'openapi.json' | 'asyncapi.json';

/** Reads what `npm run generate` has written; it is checked in, so every build has it. */
export function readApiDocument(name: ApiDocumentName): ApiDocument {
  const text = readFileSync(createRequire(import.meta.url).resolve(`@agion/dto/${name}`), 'utf8');
  return { text, etag: `"${hash('sha256', text, 'base64url')}"` };
}
