import { celEnv, isCelError, parse, plan, type CelInput } from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { Attributes } from '../src/attributes.js';
import { compileCondition } from '../src/condition.js';
import type { PolicyRequest } from '../src/index.js';

/** What a condition comes to; null when it cannot be asked: the engine refuses to compile it, or the oracle to parse it. */
export type Outcome = boolean | 'error' | null;

const ENVIRONMENT = celEnv({ funcs: [...strings] });

/** What the engine makes of a condition, and what it says is wrong. */
export function engine(text: string, request: PolicyRequest): { outcome: Outcome; detail: string } {
  const { condition } = compileCondition(text);
  if (condition === null) return { outcome: null, detail: '' };
  const result = condition.evaluate(new Attributes(request));
  return typeof result === 'string' ? { outcome: 'error', detail: result } : { outcome: result, detail: '' };
}

/** What another implementation of CEL makes of it, one that runs the conformance suite of the language. Its errors are values, and truthy. */
export function oracle(text: string, request: PolicyRequest): Outcome {
  let program; // its grammar ends a comment with its line
  try {
    program = plan(ENVIRONMENT, parse(`${text}\n`));
  } catch {
    return null;
  }
  try {
    const result: unknown = program(bindings(request));
    return !isCelError(result) && (result === true || result === false) ? result : 'error';
  } catch {
    return 'error';
  }
}

/** The attributes as plain maps: what is not known is not in them. */
function bindings({
  agent,
  action,
  resource,
  user,
  mission,
  env,
  arguments: given,
  context,
  at,
}: PolicyRequest): Record<string, CelInput> {
  const colon = agent.id.indexOf(':');
  const container = colon < 0 ? undefined : agent.id.slice(0, colon);
  const trust = agent.trust !== undefined && agent.trust >= 0 && agent.trust <= 1 ? agent.trust : undefined;
  const all = {
    agent: known({ container, ...agent, trust }),
    action: { risk: 'high', ...action },
    resource: { ...resource },
    user: { ...user },
    mission: { ...mission },
    env,
    arguments: given,
    context,
    ...(Number.isFinite(new Date(at).getTime()) && { now: timestampFromMs(at) }),
  };
  return all as unknown as Record<string, CelInput>;
}

const known = (members: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
