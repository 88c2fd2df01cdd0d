import { parseInstant } from '@agion/dto';
import { checkPolicy, type ContextSchemas } from '@agion/policy-engine';
import type { InputFault } from '@agion/wire';
import { faultInSize } from '../policies/policy-input.js';
import type { PolicyDocument } from '../policies/policy-record.js';

/** What is to be tried, on which decisions. */
export interface SimulationInput {
  drafts: readonly PolicyDocument[];
  from: Date;
  to: Date;
  /** Globs; empty: all of them. */
  agents: readonly string[];
  actions: readonly string[];
  /** Samples of each kind at most. */
  limit: number;
}

const MEMBERS = ['policy', 'policies', 'window', 'agents', 'actions', 'limit'];
const MOST_DRAFTS = 50;
const MOST_GLOBS = 50;
const MOST_SAMPLES = 100;
const USUAL_SAMPLES = 20;

/**
 * A body of `POST /policies/simulate`, or everything that is wrong with it.
 * @param schemas drafts are checked with them, as when they are published
 */
export function simulationInput(body: unknown, schemas: ContextSchemas): SimulationInput | readonly InputFault[] {
  if (!isRecord(body)) return [{ pointer: '', detail: 'must be an object' }];
  const faults: InputFault[] = Object.keys(body)
    .filter((name) => !MEMBERS.includes(name))
    .map((name) => ({ pointer: `/${name}`, detail: `is not known here; there are ${MEMBERS.join(', ')}` }));
  const drafts = draftsIn(body, schemas, faults);
  const { from, to } = windowIn(body.window, faults);
  const agents = globsIn(body, 'agents', faults);
  const actions = globsIn(body, 'actions', faults);
  const limit = body.limit ?? USUAL_SAMPLES;
  if (!Number.isInteger(limit) || (limit as number) < 0 || (limit as number) > MOST_SAMPLES)
    faults.push({ pointer: '/limit', detail: `must be a whole number from 0 to ${MOST_SAMPLES}` });
  return faults.length > 0 ? faults : { drafts, from, to, agents, actions, limit: limit as number };
}

function draftsIn(body: Record<string, unknown>, schemas: ContextSchemas, faults: InputFault[]): PolicyDocument[] {
  const { policy, policies } = body;
  if (policy === undefined && policies === undefined) {
    faults.push({ pointer: '/policy', detail: 'must be given, or `policies` in its place' });
    return [];
  }
  if (policy !== undefined && policies !== undefined)
    for (const pointer of ['/policy', '/policies']) faults.push({ pointer, detail: 'must be given alone' });
  if (policy !== undefined) return draftIn(policy, '/policy', schemas, faults);
  if (!Array.isArray(policies) || policies.length === 0 || policies.length > MOST_DRAFTS) {
    faults.push({ pointer: '/policies', detail: `must be a list of 1 to ${MOST_DRAFTS} policies` });
    return [];
  }
  const drafts = policies.flatMap((each, index) => draftIn(each, `/policies/${index}`, schemas, faults));
  for (const [index, { metadata }] of drafts.entries())
    if (drafts.findIndex((other) => other.metadata.id === metadata.id) < index)
      faults.push({ pointer: '/policies', detail: `has \`${metadata.id}\` twice` });
  return drafts;
}

function draftIn(given: unknown, pointer: string, schemas: ContextSchemas, faults: InputFault[]): PolicyDocument[] {
  const tooLarge = faultInSize(given);
  const checked = tooLarge ? { policy: null, faults: [tooLarge] } : checkPolicy(given, schemas);
  faults.push(...checked.faults.map((fault) => ({ ...fault, pointer: `${pointer}${fault.pointer}` })));
  return checked.policy === null ? [] : [checked.policy];
}

function windowIn(given: unknown, faults: InputFault[]): { from: Date; to: Date } {
  const window = isRecord(given) ? given : {};
  if (given !== undefined && !isRecord(given)) faults.push({ pointer: '/window', detail: 'must be an object' });
  const instant = (name: 'from' | 'to', otherwise?: Date): Date => {
    const text = window[name];
    const found = typeof text === 'string' ? parseInstant(text) : text === undefined ? otherwise : null;
    if (!found) faults.push({ pointer: `/window/${name}`, detail: 'must be an ISO 8601 time' });
    return found ?? new Date(0);
  };
  const [from, to] = [instant('from'), instant('to', new Date())];
  if (faults.every(({ pointer }) => !pointer.startsWith('/window')) && from >= to)
    faults.push({ pointer: '/window/to', detail: 'must be after `from`' });
  return { from, to };
}

function globsIn(body: Record<string, unknown>, name: 'agents' | 'actions', faults: InputFault[]): string[] {
  const given = body[name] ?? [];
  if (Array.isArray(given) && given.length <= MOST_GLOBS && given.every((one) => typeof one === 'string' && one !== ''))
    return given as string[];
  faults.push({ pointer: `/${name}`, detail: `must be a list of at most ${MOST_GLOBS} patterns` });
  return [];
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
