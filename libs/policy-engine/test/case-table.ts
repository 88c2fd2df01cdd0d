import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type ActionDefinition, checkContextSchema } from '../src/index.js';

/** A policy of a case: short for a document, whose scope is everything unless it is said. */
export interface CasePolicy {
  id: string;
  effect: 'allow' | 'deny';
  condition?: string;
  priority?: number;
  message?: string;
  status?: string;
  tier?: string;
  mode?: 'enforce' | 'shadow';
  obligations?: Record<string, unknown>[];
  /**
   * Part of what is wrong with it, when nobody can publish it. The case then tells what becomes of a request where it is in force
   * nevertheless, kept by a version of the platform that did not mind.
   */
  refused?: string;
  scope?: { agents?: string[]; actions?: string[]; resources?: string[] };
}

/** One sentence about the language of policies. Every evaluator has to give the expected answer. */
export interface PolicyCase {
  /** The file it is from. */
  group: string;
  name: string;
  policies: CasePolicy[];
  default: 'allow' | 'deny';
  /** What is known of actions. */
  actions?: { name: string; risk?: 'low' | 'medium' | 'high'; context_schema?: Record<string, unknown> }[];
  /** What an agent sends. */
  request: {
    agent: string;
    action: string;
    resource?: string;
    mission?: string;
    arguments: Record<string, unknown>;
    context: Record<string, unknown>;
  };
  /** What the platform knows and an agent cannot say; null for what is not known. Empty in most cases. */
  facts: {
    trust?: number | null;
    tier?: string;
    type?: string;
    framework?: string;
    status?: string;
    risk?: string;
    mode?: string;
    user?: { id: string; role: string; groups: string[] };
    /** ISO 8601. */
    now?: string | null;
  };
  /** `engine`: what is refused before it gets to policies when it comes over the wire; `platform`: what SDKs leave to it. */
  only?: 'engine' | 'platform';
  expect: {
    decision: 'allow' | 'deny';
    /** Id of a policy; null when the default decided. */
    winner?: string | null;
    /** Ids, the winner first. */
    matched?: string[];
    /** Ids of the policies with an error. */
    errors?: string[];
    failing_terms?: string[];
    reason?: string;
    obligations?: Record<string, unknown>[];
    /** Null when shadow policies would have changed nothing. */
    shadow_decision?: 'allow' | 'deny' | null;
    /** Ids of the shadow policies that match. */
    shadow_matched?: string[];
  };
}

const FOLDER = path.join(import.meta.dirname, 'cases');
const USUAL_REQUEST = { agent: 'demo:echo', action: 'send_email', arguments: {}, context: {} };

/** All cases, in the order of their files. */
export function policyCases(): PolicyCase[] {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
  return files.sort().flatMap((name) => {
    const cases = JSON.parse(readFileSync(path.join(FOLDER, name), 'utf8')) as Partial<PolicyCase>[];
    return cases.map(
      (one) =>
        ({
          default: 'deny',
          facts: {},
          ...one,
          group: name.replace('.json', ''),
          request: { ...USUAL_REQUEST, ...one.request },
        }) as PolicyCase,
    );
  });
}

/** Those whose answer depends on nothing but what an agent sends. */
export const casesForTheWire = (): PolicyCase[] =>
  policyCases().filter(({ only, facts }) => only !== 'engine' && Object.keys(facts).length === 0);

/** Those that an SDK can decide by itself. */
export const casesForAnSdk = (): PolicyCase[] => casesForTheWire().filter(({ only }) => only === undefined);

/** Whether some policy of a case cannot be published any more. */
export const isRefused = ({ policies }: PolicyCase): boolean => policies.some(({ refused }) => refused !== undefined);

/** What a case says of actions, as the engine takes it. */
export const actionsOf = ({ actions = [] }: Pick<PolicyCase, 'actions'>): ActionDefinition[] =>
  actions.map(({ name, risk = 'high', context_schema: given }) => {
    const { schema, faults } = given ? checkContextSchema(given) : { schema: null, faults: [] };
    if (faults.length > 0) throw new Error(`${name}: ${JSON.stringify(faults)}`);
    return { name, risk, contextSchema: schema };
  });

/** The document a policy of a case is short for, as somebody would post it. */
export function documentOf({ id, scope, refused: _, ...spec }: CasePolicy): Record<string, unknown> {
  return {
    apiVersion: 'agion/v1',
    kind: 'Policy',
    metadata: { id },
    spec: { ...spec, scope: { agents: ['*'], actions: ['*'], ...scope } },
  };
}

/** The same as it is kept: defaults filled in, and nothing checked. */
export function keptDocumentOf(policy: CasePolicy): Record<string, unknown> {
  const { spec, ...rest } = documentOf(policy);
  const defaults = { status: 'active', mode: 'enforce', priority: 500, tier: 'organization' };
  const { scope } = spec as { scope: object };
  return { ...rest, spec: { ...defaults, ...(spec as object), scope: { resources: ['*'], ...scope } } };
}
