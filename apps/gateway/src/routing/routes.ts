import type { Scope, ServiceName } from '@agion/wire';
import type { AccessRule } from './access.js';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

export interface Route {
  readonly method: Method;
  /** As in OpenAPI: `{name}` stands for one segment. */
  readonly path: string;
  /** The service that answers; `gateway` answers itself. */
  readonly to: ServiceName;
  readonly who: AccessRule;
  /** What the caller's credentials must reach beyond `who`; null where nobody is asked who he is. */
  readonly scope: Scope | null;
  /** `read`: answers may be kept for seconds. `write`: a success empties the organization's part of that cache. */
  readonly configuration?: 'read' | 'write';
  /** A stream that browsers open without headers: a ticket counts as credentials here, and nowhere else. */
  readonly stream?: true;
}

type Row = [
  method: Method,
  path: string,
  to: ServiceName,
  who: AccessRule,
  scope: Scope | null,
  kept?: 'read' | 'write' | 'stream',
];

/** Prompts, models and resources have the same verbs. */
const configuration = (path: string, fetched: string): Row[] => [
  ['GET', `${path}/${fetched}`, 'registry', 'signed-in', 'config:read', 'read'],
  ['GET', path, 'registry', 'signed-in', 'config:read'],
  ['POST', path, 'registry', 'operator', 'config:write', 'write'],
  ['GET', `${path}/{id}`, 'registry', 'signed-in', 'config:read'],
  ['PUT', `${path}/{id}`, 'registry', 'operator', 'config:write', 'write'],
  ['DELETE', `${path}/{id}`, 'registry', 'operator', 'config:write', 'write'],
  ['GET', `${path}/{id}/versions`, 'registry', 'signed-in', 'config:read'],
  ['POST', `${path}/{id}/versions/{version}/activate`, 'registry', 'operator', 'config:write', 'write'],
  ['PUT', `${path}/{id}/rollout`, 'registry', 'operator', 'config:write', 'write'],
];

const ROWS: Row[] = [
  ['POST', '/api/v1/agents/register', 'registry', 'open-in-development', 'agents:register'],
  ['POST', '/api/v1/agents/{agent_id}/heartbeat', 'registry', 'agents', 'agents:register'],
  ['DELETE', '/api/v1/agents/{agent_id}', 'registry', 'agents', 'agents:register'],
  ['POST', '/api/v1/agents/{agent_id}/retire', 'registry', 'operator', 'agents:write'],
  ['POST', '/api/v1/agents/{agent_id}/token', 'registry', 'agents', 'tokens:issue'],
  ['GET', '/api/v1/agents/{agent_id}/stream-key', 'registry', 'agents', 'streams:sign'],
  ['POST', '/api/v1/agents/{agent_id}/stream-key', 'registry', 'agents', 'streams:sign'],
  ['POST', '/api/v1/containers/{container_id}/tokens', 'registry', 'agents', 'tokens:issue'],
  ['POST', '/api/v1/enrollments', 'registry', 'operator', 'tokens:issue'],
  ['POST', '/api/v1/enrollments/exchange', 'gateway', 'open', null],
  ['GET', '/api/v1/service-accounts', 'registry', 'operator', 'accounts:read'],
  ['POST', '/api/v1/service-accounts', 'registry', 'operator', 'accounts:write'],
  ['GET', '/api/v1/organizations', 'registry', 'platform-admin', 'organizations:read'],
  ['POST', '/api/v1/organizations', 'registry', 'platform-admin', 'organizations:write'],
  ['GET', '/api/v1/organizations/{slug}/settings', 'registry', 'admin', 'organizations:read'],
  ['PUT', '/api/v1/organizations/{slug}/settings', 'registry', 'admin', 'organizations:write'],
  ['DELETE', '/api/v1/service-accounts/{id}', 'registry', 'operator', 'accounts:write'],
  ['POST', '/api/v1/service-accounts/{id}/token', 'registry', 'operator', 'tokens:issue'],
  ['GET', '/api/v1/agents', 'registry', 'signed-in', 'agents:read'],
  ['GET', '/api/v1/agents/{agent_id}', 'registry', 'signed-in', 'agents:read'],

  ...configuration('/api/v1/prompts', 'by-location/{location}'),
  ...configuration('/api/v1/models', 'by-purpose/{purpose}'),
  ...configuration('/api/v1/resources', 'by-name/{name}'),

  ['GET', '/api/v1/missions', 'coordination', 'signed-in', 'missions:read'],
  ['POST', '/api/v1/missions', 'coordination', 'operator', 'missions:write'],
  ['GET', '/api/v1/missions/{id}', 'coordination', 'signed-in', 'missions:read'],

  ['GET', '/api/v1/actions', 'governance', 'viewer', 'policies:read'],
  ['GET', '/api/v1/actions/{name}', 'governance', 'viewer', 'policies:read'],
  ['PUT', '/api/v1/actions/{name}', 'governance', 'admin', 'policies:write'],
  ['GET', '/api/v1/policies', 'governance', 'signed-in', 'policies:read'],
  ['POST', '/api/v1/policies', 'governance', 'operator', 'policies:write'],
  ['POST', '/api/v1/policies/validate', 'governance', 'viewer', 'policies:read'],
  ['POST', '/api/v1/policies/test', 'governance', 'viewer', 'policies:read'],
  ['POST', '/api/v1/policies/simulate', 'governance', 'operator', 'policies:read'],
  ['GET', '/api/v1/policies/convergence', 'governance', 'viewer', 'policies:read'],
  ['GET', '/api/v1/policies/{id}', 'governance', 'viewer', 'policies:read'],
  ['PUT', '/api/v1/policies/{id}', 'governance', 'operator', 'policies:write'],
  ['DELETE', '/api/v1/policies/{id}', 'governance', 'operator', 'policies:write'],
  ['GET', '/api/v1/policies/{id}/shadow', 'governance', 'viewer', 'policies:read'],
  ['GET', '/api/v1/policies/{id}/versions', 'governance', 'viewer', 'policies:read'],
  ['POST', '/api/v1/policies/{id}/versions/{version}/activate', 'governance', 'operator', 'policies:write'],

  ['POST', '/api/v1/governance/check', 'governance', 'agents', 'decisions:ask'],
  ['GET', '/api/v1/decisions', 'governance', 'viewer', 'decisions:read'],
  ['GET', '/api/v1/decisions/{id}', 'governance', 'viewer', 'decisions:read'],
  ['GET', '/api/v1/decisions/{id}/why', 'governance', 'viewer', 'decisions:read'],
  ['GET', '/api/v1/decisions/{id}/reports', 'governance', 'viewer', 'decisions:read'],

  ['GET', '/api/v1/agents/{agent_id}/trust', 'governance', 'signed-in', 'trust:read'],
  ['GET', '/api/v1/agents/{agent_id}/trust/explain', 'governance', 'signed-in', 'trust:read'],
  ['GET', '/api/v1/agents/{agent_id}/trust/history', 'governance', 'signed-in', 'trust:read'],
  ['GET', '/api/v1/agents/{agent_id}/trust/events', 'governance', 'signed-in', 'trust:read'],
  ['POST', '/api/v1/agents/{agent_id}/trust/ceilings/{id}/clear', 'governance', 'operator', 'trust:write'],
  ['POST', '/api/v1/feedback', 'governance', 'signed-in', 'feedback:write'],
  ['POST', '/api/v1/people/erase', 'governance', 'admin', 'organizations:write'],
  ['GET', '/api/v1/violations', 'governance', 'operator', 'violations:read'],
  ['POST', '/api/v1/violations/{id}/acknowledge', 'governance', 'operator', 'violations:write'],
  ['POST', '/api/v1/violations/{id}/resolve', 'governance', 'operator', 'violations:write'],
  ['POST', '/api/v1/events', 'governance', 'agents', 'events:write'],
  ['GET', '/api/v1/dead-letters', 'governance', 'operator', 'dead-letters:read'],
  ['GET', '/api/v1/dead-letters/{id}', 'governance', 'operator', 'dead-letters:read'],
  ['POST', '/api/v1/dead-letters/{id}/redrive', 'governance', 'operator', 'dead-letters:write'],
  ['POST', '/api/v1/dead-letters/{id}/discard', 'governance', 'operator', 'dead-letters:write'],
  ['GET', '/api/v1/audit', 'governance', 'operator', 'audit:read'],

  ['GET', '/api/v1/webhooks', 'governance', 'operator', 'webhooks:read'],
  ['POST', '/api/v1/webhooks', 'governance', 'admin', 'webhooks:write'],
  ['GET', '/api/v1/webhooks/{id}', 'governance', 'operator', 'webhooks:read'],
  ['DELETE', '/api/v1/webhooks/{id}', 'governance', 'admin', 'webhooks:write'],
  ['POST', '/api/v1/webhooks/{id}/enable', 'governance', 'admin', 'webhooks:write'],
  ['POST', '/api/v1/webhooks/{id}/rotate-secret', 'governance', 'admin', 'webhooks:write'],
  ['GET', '/api/v1/webhooks/{id}/deliveries', 'governance', 'operator', 'webhooks:read'],
  ['POST', '/api/v1/webhooks/{id}/deliveries/{event_id}/redeliver', 'governance', 'operator', 'webhooks:write'],

  ['GET', '/api/v1/runs', 'execution', 'viewer', 'runs:read'],
  ['POST', '/api/v1/runs', 'execution', 'viewer', 'runs:write'],
  ['GET', '/api/v1/runs/{run_id}', 'execution', 'viewer', 'runs:read'],
  ['POST', '/api/v1/runs/{run_id}/cancel', 'execution', 'viewer', 'runs:write'],

  ['POST', '/ag-ui/run', 'gateway', 'viewer', 'runs:write'],
  ['GET', '/ag-ui/events', 'gateway', 'viewer', 'runs:write', 'stream'],
  ['POST', '/api/v1/stream-tickets', 'gateway', 'signed-in', 'realtime:read'],

  ['GET', '/health', 'gateway', 'open', null],
  ['GET', '/readiness', 'gateway', 'open', null],
  ['GET', '/metrics-debug', 'gateway', 'platform-admin', 'metrics:read'],
  ['GET', '/openapi.json', 'gateway', 'open', null],
  ['GET', '/asyncapi.json', 'gateway', 'open', null],
  ['GET', '/docs', 'gateway', 'open', null],
  ['GET', '/docs/reference.js', 'gateway', 'open', null],
  ['GET', '/problems', 'gateway', 'open', null],
  ['GET', '/problems/{name}', 'gateway', 'open', null],
  ['GET', '/.well-known/agion-keys', 'gateway', 'open', null],
  ['GET', '/schemas/policy.json', 'gateway', 'open', null],
];

/** The whole public API. A request that is not in this table is answered 404 (405 when only the method is not). */
export const ROUTES: readonly Route[] = ROWS.map(([method, path, to, who, scope, kept]) => ({
  method,
  path,
  to,
  who,
  scope,
  ...(kept === 'stream' && { stream: true as const }),
  ...(kept !== undefined && kept !== 'stream' && { configuration: kept }),
}));
