import { withoutSecrets } from '@agion/wire';
import type pg from 'pg';
import type { LedgerCipher } from '../ledger/ledger-cipher.js';
import { type InputsPlace, packInputs, type PackedInputs } from '../ledger/packed-inputs.js';
import type { Decision, NewDecision } from './decision.js';
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
  (decisions) => withoutSecrets(textArray(decisions.map(of))),
];
const list = (name: string, of: (decision: Decision) => readonly unknown[]): Column => [
  name,
  'json',
  (decisions) => withoutSecrets(textArray(decisions.map((decision) => jsonUnlessEmpty(of(decision))))),
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
  plain('phase', 'text', ({ request }) => request?.phase ?? null),
  plain('at', 'timestamptz', ({ at }) => at.toISOString()),
];

const NAMES = COLUMNS.map(([name]) => name).join(', ');
const ARRAYS = COLUMNS.map(([, type], index) => `$${index + 1}::${type}[]`).join(', ');
const parameter = (after: number): string => `$${COLUMNS.length + after}`;

/**
 * What is nearly always there as JSON comes as one document, the rest as arrays; what was asked comes in pieces, one behind the other.
 * In the order of the key: two replicas that write the same decisions never wait for each other in a circle.
 */
const RECORD = `
WITH kept AS (
INSERT INTO governance.decision_inputs (organization_id, inputs_id, key_id, content)
SELECT organization_id, inputs_id, ${parameter(9)}, substring(${parameter(8)}::bytea FROM first FOR length)
FROM unnest(${parameter(4)}::uuid[], ${parameter(5)}::uuid[], ${parameter(6)}::int[], ${parameter(7)}::int[])
  AS piece (organization_id, inputs_id, first, length)),
added AS (
INSERT INTO governance.decisions (${NAMES}, inputs_id, inputs_position, matched)
SELECT ${NAMES}, inputs_id, inputs_position, matched
FROM ROWS FROM (unnest(${ARRAYS}, ${parameter(1)}::uuid[], ${parameter(2)}::smallint[]), json_array_elements(${parameter(3)}::json))
  AS given (${NAMES}, inputs_id, inputs_position, matched)
ORDER BY organization_id, decision_id
ON CONFLICT (organization_id, decision_id) DO NOTHING
RETURNING decision_id, decision)
SELECT decision_id FROM added WHERE decision <> 'allow' OR ${parameter(10)}::boolean`;

/**
 * The statement that writes decisions of any organizations, each once, and what they were asked; it returns the ids of the new ones but
 * those that allow, of which nothing follows, unless something does.
 */
export function recordDecisions(decisions: readonly NewDecision[], cipher: LedgerCipher): pg.QueryConfig {
  const { packed, places } = packInputs(decisions, cipher);
  return {
    name: 'record_decisions',
    text: RECORD,
    values: [
      ...COLUMNS.map(([, , values]) => values(decisions)),
      ...placeArrays(places),
      JSON.stringify(decisions.map(({ matched }) => matched)),
      ...pieceArrays(packed),
      cipher.keyId,
      decisions.some(({ shadowMatched }) => shadowMatched.length > 0),
    ],
  };
}

const placeArrays = (places: readonly (InputsPlace | null)[]): string[] => [
  plainArray(places.map((place) => place && place.inputsId)),
  plainArray(places.map((place) => place && place.position)),
];

/** Postgres counts bytes from one. */
function pieceArrays(packed: readonly PackedInputs[]): (string | Buffer)[] {
  let end = 1;
  const starts = packed.map(({ content }) => (end += content.length) - content.length);
  return [
    plainArray(packed.map(({ organizationId }) => organizationId)),
    plainArray(packed.map(({ inputsId }) => inputsId)),
    plainArray(starts),
    plainArray(packed.map(({ content }) => content.length)),
    Buffer.concat(packed.map(({ content }) => content)),
  ];
}
