import { RESERVED_IDS } from '@agion/dto';
import { checkPolicy, type ContextSchemas, runPolicyTests } from '@agion/policy-engine';
import type { InputFault } from '@agion/wire';
import type { PolicyDocument } from './policy-record.js';

/** A document as it was sent, or everything that is wrong with it. */
export type PolicyInput =
  { document: PolicyDocument; basedOn: number | undefined } | { document: null; faults: readonly InputFault[] };

/** Bytes of a document as JSON; every agent in its scope carries it around. */
const MAX_BYTES = 131_072;

/** What a policy that was read carries beside its document, and may be sent back with. */
const READ_ONLY = ['version', 'created_by', 'updated_at'];

/** A new policy, or the next version of one when it has an `id` already. */
export function policyInput(body: unknown, id?: string, schemas?: ContextSchemas): PolicyInput {
  const tooLarge = faultInSize(body);
  if (tooLarge) return { document: null, faults: [tooLarge] };
  const { sent, version } = id === undefined ? { sent: body, version: undefined } : withoutReadOnly(body);
  const { policy, faults } = checkPolicy(sent, schemas);
  const all: InputFault[] = [...faults, ...idFaults(sent, id)];
  if (version !== undefined && !(Number.isSafeInteger(version) && (version as number) > 0))
    all.push({ pointer: '/version', detail: 'must be the version this one is based on' });
  if (policy === null || all.length > 0) return { document: null, faults: all };
  if (id === undefined && policy.spec.status === 'archived')
    return { document: null, faults: [{ pointer: '/spec/status', detail: 'must be `draft` or `active` at first' }] };
  const failed = testFaults(policy);
  if (failed.length > 0) return { document: null, faults: failed };
  return { document: policy, basedOn: version as number | undefined };
}

export const faultInSize = (document: unknown): InputFault | null =>
  Buffer.byteLength(JSON.stringify(document ?? null)) > MAX_BYTES
    ? { pointer: '', detail: `must have at most ${MAX_BYTES} bytes as JSON` }
    : null;

function withoutReadOnly(body: unknown): { sent: unknown; version: unknown } {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return { sent: body, version: undefined };
  const members = Object.entries(body).filter(([name]) => !READ_ONLY.includes(name));
  return { sent: Object.fromEntries(members), version: (body as { version?: unknown }).version };
}

function idFaults(sent: unknown, id: string | undefined): InputFault[] {
  const chosen = (sent as { metadata?: { id?: unknown } | null } | null | undefined)?.metadata?.id;
  if (typeof chosen !== 'string') return []; // the check of the document has said so
  if (RESERVED_IDS.includes(chosen)) return [{ pointer: '/metadata/id', detail: `\`${chosen}\` is a reserved word` }];
  if (id !== undefined && chosen !== id)
    return [{ pointer: '/metadata/id', detail: `must be \`${id}\`, as in the URL` }];
  return [];
}

/** A policy is not accepted while it fails its own tests. */
const testFaults = (policy: PolicyDocument): InputFault[] =>
  runPolicyTests(policy).flatMap(({ passed, actual, reason }, index) =>
    passed !== false
      ? []
      : [{ pointer: `/spec/tests/${index}/expect`, detail: `the policy by itself says \`${actual}\`: ${reason}` }],
  );
