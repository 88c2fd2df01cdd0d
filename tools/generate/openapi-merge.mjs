import { isDeepStrictEqual } from 'node:util';
import { asJsonSchema } from './openapi-3.1.mjs';
import { describeDoor, READINESS } from './openapi-answers.mjs';
import { SECURITY, SECURITY_SCHEMES } from './openapi-credentials.mjs';
import { sorted } from './sorted.mjs';

/** A service's document as the outside sees it: `/v1/x` is `/api/v1/x`, and what is not routed is not there. */
export function publicDocument(service, document) {
  const paths = Object.entries(document.paths)
    .filter(([path]) => service === 'gateway' || path.startsWith('/v1/'))
    .map(([path, item]) => [service === 'gateway' ? path : `/api${path}`, item]);
  return { service, paths: Object.fromEntries(paths), schemas: document.components?.schemas ?? {} };
}

/** @throws Error when two services use one name for two schemas, or one path */
export function mergeDocuments(documents, { routes, version }) {
  const paths = { '/readiness': READINESS };
  const schemas = {};
  for (const document of documents) {
    for (const [path, item] of Object.entries(document.paths)) {
      if (paths[path]) throw new Error(`two services answer \`${path}\``);
      paths[path] = item;
    }
    for (const [name, schema] of Object.entries(document.schemas)) {
      if (schemas[name] && !isDeepStrictEqual(schemas[name], schema))
        throw new Error(`the schema \`${name}\` of ${document.service} differs from another service's`);
      schemas[name] = schema;
    }
  }
  for (const route of routes) {
    const operation = paths[route.path]?.[route.method.toLowerCase()];
    if (operation) describeDoor(operation, route);
  }
  const document = {
    openapi: '3.1.0',
    info: {
      title: 'Agion',
      version,
      description:
        'The control plane for AI agents. Every error is a problem (RFC 9457); `type` leads to its explanation under `/problems`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    security: SECURITY,
    paths,
    components: {
      schemas,
      securitySchemes: SECURITY_SCHEMES,
    },
  };
  return sorted(asJsonSchema(document));
}
