import type { Environment } from '@marcbachmann/cel-js';
import type { ContextSchema } from './action-schema.js';
import { declared } from './attributes.js';
import { toldBy } from './cel-errors.js';
import type { PolicyDocument, PolicyFault } from './policy.js';
import { positionOf } from './syntax.js';
import { typeCheck } from './type-check.js';

/**
 * What is wrong with the condition of a policy that is about actions with a schema alone: what it says of their contexts. Empty for
 * all other policies, whose contexts are maps of anything.
 */
export function contextFaults(
  { spec: { scope, condition } }: PolicyDocument,
  schemas: ReadonlyMap<string, ContextSchema>,
): PolicyFault[] {
  if (condition === undefined) return [];
  const known = [...new Set(scope.actions)].map((action) => [action, schemas.get(action)] as const);
  const typed = known.flatMap(([action, schema]) => (schema ? [[action, schema] as const] : []));
  if (typed.length === 0 || typed.length < known.length) return [];
  return typed.flatMap(([action, schema]) => faultsIn(condition, schema, action));
}

function faultsIn(text: string, schema: ContextSchema, action: string): PolicyFault[] {
  const told = (offset: number, detail: string): PolicyFault => ({
    pointer: '/spec/condition',
    detail: `${detail} (in the context of \`${action}\`)`,
    ...positionOf(text, offset),
  });
  try {
    const environment = environmentFor(schema);
    const { faults } = typeCheck(environment, text, environment.parse(text));
    return faults.map(({ offset, detail }) => told(offset, detail));
  } catch (error) {
    return [told(0, toldBy(error))];
  }
}

const environments = new WeakMap<ContextSchema, Environment>();

function environmentFor(schema: ContextSchema): Environment {
  let environment = environments.get(schema);
  if (!environment) {
    environment = declared();
    environment.registerVariable('context', new ContextTypes(environment).of(schema, 'Context'));
    environments.set(schema, environment);
  }
  return environment;
}

/** Declares the types that a schema describes. */
class ContextTypes {
  readonly #names = new Set<string>();

  constructor(readonly environment: Environment) {}

  /** An object with `properties` has declared members, others are maps. Numbers of JSON are doubles. */
  of(schema: ContextSchema, name: string): string {
    switch (schema.type) {
      case 'string':
        return 'string';
      case 'boolean':
        return 'bool';
      case 'number':
      case 'integer':
        return 'double';
      case 'array':
        return `list<${schema.items ? this.of(schema.items, name) : 'dyn'}>`;
      case 'object':
        return schema.properties ? this.#declare(schema.properties, name) : 'map<string, dyn>';
      default:
        return 'dyn';
    }
  }

  #declare(properties: Record<string, ContextSchema>, wanted: string): string {
    const name = this.#names.has(wanted) ? `${wanted}_${this.#names.size}` : wanted;
    this.#names.add(name);
    const fields = Object.entries(properties).map(([member, schema]) => {
      const part = member.replaceAll(/\W/g, '_');
      return [member, this.of(schema, `${name}_${part}`)];
    });
    const ctor = class {}; // the library wants one; nothing is ever made of it
    this.environment.registerType(name, { ctor, fields: Object.fromEntries(fields) as Record<string, string> });
    return name;
  }
}
