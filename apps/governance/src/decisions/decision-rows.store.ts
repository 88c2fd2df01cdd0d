import { redactSecrets } from '@agion/service-kit';
import type pg from 'pg';
import type { Decision } from './decision.js';
import { plainArray, textArray } from './sql-array.js';

type Column = [name: string, type: string, values: (decisions: readonly Decision[]) => string];

const plain = (name: string, type: string, of: (decision: Decision) => string | number | boolean | null): Column => [
  name,
  type,
  (decisions) => plainArray(decisions.map(of)),
];
const text = (name: string, of: (decision: Decision) => string | null): Column => [
  name,
  'text',
  (decisions) => redactSecrets(textArray(decisions.map(of))),
];
const list = (name: string, of: (decision: Decision) => readonly unknown[]): Column => [
  name,
  'json',
  (decisions) => redactSecrets(textArray(decisions.map((decision) => jsonUnlessEmpty(of(decision))))),
];
const jsonUnlessEmpty = (values: readonly unknown[]): string | null =>
  values.length > 0 ? JSON.stringify(values) : null;

const COLUMNS: readonly Column[] = [
  plain('organization_id', 'uuid', ({ organizationId }) => organizationId),
  plain('decision_id', 'uuid', ({ decisionId }) => decisionId),
  text('agent_id', ({ agentId }) => agentId),
  text('action', ({ action }) => action),
  text('resource', ({ resource }) => resource),
  plain('decision', 'text', ({ decision }) => decision),
  text('winner_policy', ({ winner }) => winner && winner.policy),
  plain('winner_version', 'int', ({ winner }) => winner && winner.version),
  text('reason', ({ reason }) => reason),
  list('failing_terms', ({ failingTerms }) => failingTerms),
  list('obligations', ({ obligations }) => obligations),
  list('errors', ({ errors }) => errors),
  plain('policy_revision', 'int', ({ policyRevision }) => policyRevision),
  plain('trust_score', 'float8', ({ trustScore }) => trustScore),
  plain('shadow_decision', 'text', ({ shadowDecision }) => shadowDecision),
  plain('source', 'text', ({ source }) => source),
  plain('answered', 'boolean', ({ answered }) => answered),
  plain('eval_us', 'float8', ({ evalUs }) => evalUs),
  text('correlation_id', ({ correlationId }) => correlationId),
  text('reply_to', ({ replyTo }) => replyTo),
  text('mission_id', ({ missionId }) => missionId),
  text('session_id', ({ sessionId }) => sessionId),
  text('user_id', ({ userId }) => userId),
  text('execution_id', ({ executionId }) => executionId),
  plain('at', 'timestamptz', ({ at }) => at.toISOString()),
];

const NAMES = COLUMNS.map(([name]) => name).join(', ');
const ARRAYS = COLUMNS.map(([, type], index) => `$${index + 1}::${type}[]`).join(', ');
const ELEMENTS = [1, 2].map((after) => `json_array_elements($${COLUMNS.length + after}::json)`).join(', ');

/**
 * What is nearly always there as JSON comes as one document, the rest as arrays. In the order of the key: two replicas that write the
 * same decisions never wait for each other in a circle.
 */
const RECORD = `
WITH added AS (
INSERT INTO governance.decisions (${NAMES}, matched, request)
SELECT ${NAMES}, matched, CASE WHEN json_typeof(request) = 'null' THEN NULL ELSE request END
FROM ROWS FROM (unnest(${ARRAYS}), ${ELEMENTS}) AS given (${NAMES}, matched, request)
ORDER BY organization_id, decision_id
ON CONFLICT (organization_id, decision_id) DO NOTHING
RETURNING decision_id, decision)
SELECT decision_id FROM added WHERE decision <> 'allow'`;

/**
 * The statement that writes decisions of any organizations, each once; it returns the ids of the new ones but those that allow, of
 * which nothing follows.
 */
export const recordDecisions = (decisions: readonly Decision[]): pg.QueryConfig => ({
  name: 'record_decisions',
  text: RECORD,
  values: [
    ...COLUMNS.map(([, , values]) => values(decisions)),
    JSON.stringify(decisions.map(({ matched }) => matched)),
    redactSecrets(JSON.stringify(decisions.map(({ request }) => request))),
  ],
});
