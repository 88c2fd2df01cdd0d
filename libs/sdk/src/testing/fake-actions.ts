import { ACTION_RISKS, type ActionDefinition, checkContextSchema } from '@agion/policy-engine';
import { InvalidInputError } from '../input/input.errors.js';

/** What is known of an action of a fake platform: as somebody would `PUT` it, with its name. */
export interface FakeAction {
  name: string;
  /** @default 'high' */
  risk?: 'low' | 'medium' | 'high';
  /** JSON Schema of its context; a request that does not fit is denied. @default any context */
  context_schema?: object | null;
}

interface Fault {
  field: string;
  detail: string;
}

/** @throws InvalidInputError naming each fault of each action */
export function actionsOf(given: readonly FakeAction[]): ActionDefinition[] {
  const checked = given.map(checkAction);
  const faults = checked.flatMap((one, index) =>
    one.faults.map(({ field, detail }) => ({ field: `actions[${index}]${field}`, detail })),
  );
  if (faults.length > 0) throw new InvalidInputError(faults);
  return checked.map(({ action }) => action);
}

function checkAction({ name, risk: wanted = 'high', context_schema: given = null }: FakeAction): {
  action: ActionDefinition;
  faults: Fault[];
} {
  const { schema, faults } = given === null ? { schema: null, faults: [] } : checkContextSchema(given);
  const risk = ACTION_RISKS.find((one) => one === wanted);
  const all = faults.map(({ pointer, detail }) => ({ field: `/context_schema${pointer}`, detail }));
  if (typeof name !== 'string' || name === '') all.push({ field: '/name', detail: 'must be the name of an action' });
  if (!risk) all.push({ field: '/risk', detail: `must be one of ${ACTION_RISKS.join(', ')}` });
  return { action: { name, risk: risk ?? 'high', contextSchema: schema }, faults: all };
}
