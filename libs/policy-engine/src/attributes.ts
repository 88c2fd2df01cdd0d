import { Environment } from '@marcbachmann/cel-js';
import type { PolicyRequest } from './decision.js';
import { withOwnFunctions } from './own-functions.js';
import { dataOf, lookOver, sizeOf, type DataSize, type LookedOver } from './untrusted-data.js';

/** `agent` in a condition. Classes, so that nothing but the declared fields can be reached. */
export class AgentAttributes {
  readonly id: string;
  readonly container: string | undefined;
  readonly type: string | undefined;
  readonly framework: string | undefined;
  readonly status: string | undefined;
  readonly trust: number | undefined;
  readonly tier: string | undefined;

  constructor(agent: PolicyRequest['agent']) {
    this.id = agent.id;
    this.container = agent.container ?? containerIn(agent.id);
    this.type = agent.type;
    this.framework = agent.framework;
    this.status = agent.status;
    this.trust = isShare(agent.trust) ? agent.trust : undefined;
    this.tier = agent.tier;
  }
}

export class ActionAttributes {
  readonly name: string;
  readonly risk: string;

  constructor(action: PolicyRequest['action'], risk: string) {
    this.name = action.name;
    this.risk = action.risk ?? risk;
  }
}

export class ResourceAttributes {
  readonly name: string | undefined;

  constructor(resource: PolicyRequest['resource']) {
    this.name = resource?.name;
  }
}

export class UserAttributes {
  readonly id: string | undefined;
  readonly role: string | undefined;
  readonly groups: string[] | undefined;

  constructor(user: PolicyRequest['user']) {
    this.id = user?.id;
    this.role = user?.role;
    this.groups = user?.groups;
  }
}

export class MissionAttributes {
  readonly id: string | undefined;

  constructor(mission: PolicyRequest['mission']) {
    this.id = mission?.id;
  }
}

export class EnvAttributes {
  readonly mode: string | undefined;

  constructor(env: PolicyRequest['env'] | undefined) {
    this.mode = env?.mode;
  }
}

/** Limits of an expression; the parser refuses what is over them. */
export const LIMITS = {
  bytes: 32_768,
  nodes: 500,
  depth: 16,
};

/**
 * The attributes a condition may name, with their types. Numbers in `arguments` and `context` are doubles, as in JSON: they compare with
 * `500` and `500.0` alike, arithmetic with them needs `500.0` on the other side.
 */
export const ATTRIBUTES: Environment = declared().registerVariable('context', 'map<string, dyn>');

/** All but `context`, which is declared once. */
export function declared(): Environment {
  return withOwnFunctions(
    new Environment({
      limits: { maxAstNodes: LIMITS.nodes, maxDepth: LIMITS.depth },
    })
      .registerType('Agent', {
        ctor: AgentAttributes,
        fields: {
          id: 'string',
          container: 'string',
          type: 'string',
          framework: 'string',
          status: 'string',
          trust: 'double',
          tier: 'string',
        },
      })
      .registerType('Action', { ctor: ActionAttributes, fields: { name: 'string', risk: 'string' } })
      .registerType('Resource', { ctor: ResourceAttributes, fields: { name: 'string' } })
      .registerType('User', { ctor: UserAttributes, fields: { id: 'string', role: 'string', groups: 'list<string>' } })
      .registerType('Mission', { ctor: MissionAttributes, fields: { id: 'string' } })
      .registerType('Env', { ctor: EnvAttributes, fields: { mode: 'string' } })
      .registerVariable('agent', 'Agent')
      .registerVariable('action', 'Action')
      .registerVariable('resource', 'Resource')
      .registerVariable('user', 'User')
      .registerVariable('mission', 'Mission')
      .registerVariable('env', 'Env')
      .registerVariable('now', 'google.protobuf.Timestamp')
      .registerVariable('arguments', 'map<string, dyn>'),
  );
}

/**
 * What a condition reads. Each attribute is made when a condition first looks for it, and once for all of them.
 * A getter throws when what it stands for cannot be read; the condition then has an error.
 */
export class Attributes {
  readonly #request: PolicyRequest;
  readonly #risk: string;
  #agent: AgentAttributes | undefined;
  #context: LookedOver | undefined;
  #arguments: LookedOver | undefined;
  #size: DataSize | undefined;

  /** @param risk of the action, when the request does not say */
  constructor(request: PolicyRequest, risk = 'high') {
    this.#request = request;
    this.#risk = risk;
  }

  get agent(): AgentAttributes {
    return (this.#agent ??= new AgentAttributes(this.#request.agent));
  }

  get action(): ActionAttributes {
    return new ActionAttributes(this.#request.action, this.#risk);
  }

  get resource(): ResourceAttributes {
    return new ResourceAttributes(this.#request.resource);
  }

  get user(): UserAttributes {
    return new UserAttributes(this.#request.user);
  }

  get mission(): MissionAttributes {
    return new MissionAttributes(this.#request.mission);
  }

  get env(): EnvAttributes {
    return new EnvAttributes(this.#request.env);
  }

  get now(): Date {
    const now = new Date(this.#request.at);
    if (!Number.isFinite(now.getTime())) throw new RangeError('the time is not known');
    return now;
  }

  get arguments(): unknown {
    return dataOf((this.#arguments ??= lookOver(this.#request.arguments, 'arguments')));
  }

  get context(): unknown {
    return dataOf((this.#context ??= lookOver(this.#request.context, 'context')));
  }

  /** How much data a loop may have to go through: all of it. @throws RangeError when some of it cannot be read */
  get dataSize(): DataSize {
    return (this.#size ??= sizeOf([this.context, this.arguments]));
  }
}

/** Anything else compares in surprising ways, so it is as if the trust was not known. */
const isShare = (trust: unknown): boolean => typeof trust === 'number' && trust >= 0 && trust <= 1;

function containerIn(agentId: string): string | undefined {
  const colon = agentId.indexOf(':');
  return colon < 0 ? undefined : agentId.slice(0, colon);
}
