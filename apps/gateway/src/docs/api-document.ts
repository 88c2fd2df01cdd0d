import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** The merged OpenAPI document as it is served. */
export interface ApiDocument {
  readonly text: string;
  readonly etag: string;
}

/** Reads what `npm run generate` has written; it is checked in, so every build has it. */
export function readApiDocument(): ApiDocument {
  const text = readFileSync(createRequire(import.meta.url).resolve('@agion/dto/openapi.json'), 'utf8');
  return { text, etag: `"${hash('sha256', text, 'base64url')}"` };
}
