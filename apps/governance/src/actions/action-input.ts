import { ACTION_RISKS, type ActionDefinition, checkContextSchema } from '@agion/policy-engine';
import type { InputFault } from '@agion/wire';

export type ActionInput = { action: ActionDefinition; faults: [] } | { action: null; faults: InputFault[] };

/** Bytes of a schema as JSON. */
const MOST_BYTES = 16_384;
const MEMBERS = ['risk', 'context_schema'];
/** What an action that was read carries besides, and may be sent back with. */
const READ_ONLY = ['name', 'version', 'created_by', 'updated_at'];
/** No globs: policies name actions by them. */
const NAME = /^[\x21-\x29\x2b-\x7e]{1,200}$/;

/** What is to be known of an action: nothing said means high risk and any context. */
export function actionInput(name: string, body: unknown): ActionInput {
  const faults: InputFault[] = [];
  if (!NAME.test(name)) faults.push({ pointer: '/name', detail: 'must have 1 to 200 characters, no space and no `*`' });
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return { action: null, faults: [...faults, { pointer: '', detail: 'must be an object' }] };
  for (const member of Object.keys(body))
    if (!MEMBERS.includes(member) && !READ_ONLY.includes(member))
      faults.push({ pointer: `/${member}`, detail: `is not known here; there are ${MEMBERS.join(', ')}` });
  const { risk: given = 'high', context_schema: schema = null } = body as Record<string, unknown>;
  const risk = ACTION_RISKS.find((one) => one === given);
  if (risk === undefined) faults.push({ pointer: '/risk', detail: `must be one of ${ACTION_RISKS.join(', ')}` });
  const contextSchema = schemaIn(schema, faults);
  if (faults.length > 0 || risk === undefined) return { action: null, faults };
  return { action: { name, risk, contextSchema }, faults: [] };
}

function schemaIn(given: unknown, faults: InputFault[]): ActionDefinition['contextSchema'] {
  if (given === null) return null;
  if (Buffer.byteLength(JSON.stringify(given)) > MOST_BYTES) {
    faults.push({ pointer: '/context_schema', detail: `must have at most ${MOST_BYTES} bytes as JSON` });
    return null;
  }
  const { schema, faults: found } = checkContextSchema(given);
  faults.push(...found.map(({ pointer, detail }) => ({ pointer: `/context_schema${pointer}`, detail })));
  return schema;
}
