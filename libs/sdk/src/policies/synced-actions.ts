import { ACTION_RISKS, type ActionDefinition, type ActionRisk, checkContextSchema } from '@agion/policy-engine';
import { canonicalJson } from '../canonical-json.js';
import { PoliciesRejectedError } from './policies.errors.js';

/** Actions read lately, by their text: what is compiled of a schema is kept with the object. */
const lately = new Map<string, ActionDefinition>();
const MOST_LATELY = 1_000;

/** What a sync document says of actions. @throws PoliciesRejectedError for what has another form, or cannot be checked here */
export const actionsIn = (given: readonly unknown[]): readonly ActionDefinition[] => given.map(shared);

/** The actions as they are signed. */
export const actionsOnTheWire = (actions: readonly ActionDefinition[]): object[] =>
  actions.map(({ name, risk, contextSchema }) => ({ name, risk, context_schema: contextSchema }));

function shared(value: unknown): ActionDefinition {
  const text = JSON.stringify(value) ?? '';
  const known = lately.get(text);
  if (known) return known;
  const action = actionIn(value);
  if (canonicalJson(value) !== canonicalJson(actionsOnTheWire([action])[0]))
    throw new PoliciesRejectedError(`the sync document says more of \`${action.name}\` than this release knows`);
  const [oldest] = lately.keys();
  if (oldest !== undefined && lately.size >= MOST_LATELY) lately.delete(oldest);
  lately.set(text, action);
  return action;
}

function actionIn(value: unknown): ActionDefinition {
  const { name, risk, context_schema: given } = (value ?? {}) as Partial<Record<string, unknown>>;
  if (typeof name !== 'string') throw new PoliciesRejectedError('an action of the sync document has no name');
  const isKnown = ACTION_RISKS.some((one) => one === risk);
  const { schema, faults } = given === null ? { schema: null, faults: [] } : checkContextSchema(given);
  if (!isKnown || faults.length > 0)
    throw new PoliciesRejectedError(`what the sync document says of the action \`${name}\` cannot be read`);
  return { name, risk: risk as ActionRisk, contextSchema: schema };
}
