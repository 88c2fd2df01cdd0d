import { isDeepStrictEqual } from 'node:util';
import { PROBLEMS } from '@agion/wire';
import { sorted } from './sorted.mjs';

const PROBLEM = { 'application/problem+json': { schema: { $ref: '#/components/schemas/ProblemDto' } } };

/** Problems the gateway itself answers with, whatever the service says. */
const AT_THE_DOOR = ['malformed-request', 'too-many-requests', 'unavailable', 'upstream-timeout'];

/** A service's document as the outside sees it: `/v1/x` is `/api/v1/x`, and what is not routed is not there. */
export function publicDocument(service, document) {
  const paths = Object.entries(document.paths)
    .filter(([path]) => service === 'gateway' || path.startsWith('/v1/'))
    .map(([path, item]) => [service === 'gateway' ? path : `/api${path}`, item]);
  return { service, paths: Object.fromEntries(paths), schemas: document.components?.schemas ?? {} };
}

/** @throws Error when two services use one name for two schemas, or one path */
export function mergeDocuments(documents, { routes, version }) {
  const paths = {};
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
  return sorted({
    openapi: '3.0.3',
    info: {
      title: 'Agion',
      version,
      description:
        'The control plane for AI agents. Every error is a problem (RFC 9457); `type` leads to its explanation under `/problems`.',
      license: { name: 'Apache-2.0' },
    },
    security: [{ bearer: [] }],
    paths,
    components: {
      schemas,
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: "A user's JWT, or an Agion token (`agion_agt_…`, `agion_ctr_…`, `agion_svc_…`).",
        },
      },
    },
  });
}

/** Who may call it, and what the gateway may answer before a service is asked. */
function describeDoor(operation, { who, to }) {
  operation['x-agion-access'] = who;
  if (who === 'open') operation.security = [];
  else if (who === 'open-in-development') operation.security = [{ bearer: [] }, {}];
  else delete operation.security;
  const door = who === 'open' ? [] : ['unauthenticated', 'forbidden', ...AT_THE_DOOR];
  for (const name of door) {
    if (to === 'gateway' && name === 'upstream-timeout') continue;
    const { status, title } = PROBLEMS[name];
    operation.responses[status] ??= { description: `${title} (\`/problems/${name}\`)`, content: PROBLEM };
  }
}
