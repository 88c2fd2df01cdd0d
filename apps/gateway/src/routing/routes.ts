import type { ServiceName } from '@agion/wire';
import type { AccessRule } from './access.js';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

export interface Route {
  readonly method: Method;
  /** As in OpenAPI: `{name}` stands for one segment. */
  readonly path: string;
  /** The service that answers; `gateway` answers itself. */
  readonly to: ServiceName;
  readonly who: AccessRule;
  /** `read`: answers may be kept for seconds. `write`: a success empties the organization's part of that cache. */
  readonly configuration?: 'read' | 'write';
}

type Row = [method: Method, path: string, to: ServiceName, who: AccessRule, configuration?: 'read' | 'write'];

/** Prompts, models and resources have the same verbs. */
const configuration = (path: string, fetched: string): Row[] => [
  ['GET', `${path}/${fetched}`, 'registry', 'signed-in', 'read'],
  ['GET', path, 'registry', 'signed-in'],
  ['POST', path, 'registry', 'operator', 'write'],
  ['GET', `${path}/{id}`, 'registry', 'signed-in'],
  ['PUT', `${path}/{id}`, 'registry', 'operator', 'write'],
  ['DELETE', `${path}/{id}`, 'registry', 'operator', 'write'],
  ['GET', `${path}/{id}/versions`, 'registry', 'signed-in'],
  ['POST', `${path}/{id}/versions/{version}/activate`, 'registry', 'operator', 'write'],
  ['PUT', `${path}/{id}/rollout`, 'registry', 'operator', 'write'],
];

const ROWS: Row[] = [
  ['POST', '/api/v1/agents/register', 'registry', 'open-in-development'],
  ['POST', '/api/v1/agents/{agent_id}/heartbeat', 'registry', 'agents'],
  ['DELETE', '/api/v1/agents/{agent_id}', 'registry', 'agents'],
  ['POST', '/api/v1/agents/{agent_id}/retire', 'registry', 'operator'],
  ['POST', '/api/v1/agents/{agent_id}/token', 'registry', 'agents'],
  ['GET', '/api/v1/agents/{agent_id}/stream-key', 'registry', 'agents'],
  ['POST', '/api/v1/agents/{agent_id}/stream-key', 'registry', 'agents'],
  ['POST', '/api/v1/containers/{container_id}/tokens', 'registry', 'agents'],
  ['GET', '/api/v1/agents', 'registry', 'signed-in'],
  ['GET', '/api/v1/agents/{agent_id}', 'registry', 'signed-in'],

  ...configuration('/api/v1/prompts', 'by-location/{location}'),
  ...configuration('/api/v1/models', 'by-purpose/{purpose}'),
  ...configuration('/api/v1/resources', 'by-name/{name}'),

  ['GET', '/api/v1/missions', 'coordination', 'signed-in'],
  ['POST', '/api/v1/missions', 'coordination', 'operator'],
  ['GET', '/api/v1/missions/{id}', 'coordination', 'signed-in'],

  ['GET', '/api/v1/policies', 'governance', 'signed-in'],
  ['POST', '/api/v1/policies', 'governance', 'operator'],
  ['POST', '/api/v1/policies/validate', 'governance', 'viewer'],
  ['POST', '/api/v1/policies/test', 'governance', 'viewer'],
  ['GET', '/api/v1/policies/{id}', 'governance', 'viewer'],
  ['PUT', '/api/v1/policies/{id}', 'governance', 'operator'],
  ['DELETE', '/api/v1/policies/{id}', 'governance', 'operator'],
  ['GET', '/api/v1/policies/{id}/versions', 'governance', 'viewer'],
  ['POST', '/api/v1/policies/{id}/versions/{version}/activate', 'governance', 'operator'],

  ['POST', '/api/v1/governance/check', 'governance', 'agents'],
  ['GET', '/api/v1/decisions', 'governance', 'viewer'],
  ['GET', '/api/v1/decisions/{id}', 'governance', 'viewer'],
  ['GET', '/api/v1/decisions/{id}/why', 'governance', 'viewer'],
  ['GET', '/api/v1/decisions/{id}/reports', 'governance', 'viewer'],

  ['GET', '/api/v1/agents/{agent_id}/trust', 'governance', 'signed-in'],
  ['GET', '/api/v1/agents/{agent_id}/trust/explain', 'governance', 'signed-in'],
  ['GET', '/api/v1/agents/{agent_id}/trust/events', 'governance', 'signed-in'],
  ['POST', '/api/v1/agents/{agent_id}/trust/ceilings/{id}/clear', 'governance', 'operator'],
  ['POST', '/api/v1/feedback', 'governance', 'signed-in'],
  ['GET', '/api/v1/violations', 'governance', 'operator'],
  ['POST', '/api/v1/violations/{id}/acknowledge', 'governance', 'operator'],
  ['POST', '/api/v1/violations/{id}/resolve', 'governance', 'operator'],
  ['POST', '/api/v1/events', 'governance', 'agents'],
  ['GET', '/api/v1/audit', 'governance', 'operator'],

  ['GET', '/api/v1/runs', 'execution', 'viewer'],
  ['POST', '/api/v1/runs', 'execution', 'viewer'],
  ['GET', '/api/v1/runs/{run_id}', 'execution', 'viewer'],
  ['POST', '/api/v1/runs/{run_id}/cancel', 'execution', 'viewer'],

  ['POST', '/ag-ui/run', 'gateway', 'viewer'],
  ['GET', '/ag-ui/events', 'gateway', 'viewer'],

  ['GET', '/health', 'gateway', 'open'],
  ['GET', '/readiness', 'gateway', 'open'],
  ['GET', '/metrics-debug', 'gateway', 'admin'],
  ['GET', '/openapi.json', 'gateway', 'open'],
  ['GET', '/asyncapi.json', 'gateway', 'open'],
  ['GET', '/docs', 'gateway', 'open'],
  ['GET', '/docs/reference.js', 'gateway', 'open'],
  ['GET', '/problems', 'gateway', 'open'],
  ['GET', '/problems/{name}', 'gateway', 'open'],
  ['GET', '/.well-known/agion-keys', 'gateway', 'open'],
];

/** The whole public API. A request that is not in this table is answered 404 (405 when only the method is not). */
export const ROUTES: readonly Route[] = ROWS.map(([method, path, to, who, kept]) => ({
  method,
  path,
  to,
  who,
  ...(kept && { configuration: kept }),
}));
