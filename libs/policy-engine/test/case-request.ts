import type { PolicyRequest } from '../src/index.js';
import type { PolicyCase } from './case-table.js';

const USUAL_TIME = '2026-03-04T12:00:00Z';

/** What the platform makes of a case: what an agent sends, and what is known of it. */
export function requestOf({ request, facts }: Pick<PolicyCase, 'request' | 'facts'>): PolicyRequest {
  const { agent, action, resource, mission } = request;
  const { trust, risk, mode, user, now, ...known } = facts;
  return {
    agent: { id: agent, ...known, ...(typeof trust === 'number' && { trust }) },
    action: { name: action, ...(risk !== undefined && { risk }) },
    ...(resource !== undefined && { resource: { name: resource } }),
    ...(mission !== undefined && { mission: { id: mission } }),
    ...(user && { user }),
    env: { mode: mode ?? 'test' },
    arguments: request.arguments,
    context: request.context,
    at: now === null ? Number.NaN : Date.parse(now ?? USUAL_TIME),
  };
}
