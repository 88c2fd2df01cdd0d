import { type AgionSDK, PolicyViolationError } from '@agion/sdk';

/** One invocation. */
export interface Call {
  query: string;
  context: Record<string, unknown>;
  executionId: string;
}

/** What an agent is: how it presents itself, and what it does. */
export interface AgentDefinition {
  name: string;
  title: string;
  type: string;
  version: string;
  capabilities: readonly string[];
  /** What policies know its work by. */
  action: string;
  run(call: Call, sdk: AgionSDK): Promise<string>;
}

/** An agent at work. */
export type GovernedAgent = (call: Call) => Promise<string>;

/**
 * Runs an agent behind its checkpoints: permission before anything is done, validation before the result leaves, and afterwards
 * what became of it. A denial is a PolicyViolationError.
 */
export function governedAgent({ name, action, run }: AgentDefinition, sdk: AgionSDK): GovernedAgent {
  const facts = ({ query, context }: Call): Record<string, unknown> => ({ ...context, characters: query.length });
  const given = ({ query }: Call): Record<string, unknown> => ({ query });
  const validated = async (call: Call): Promise<string> => {
    const result = await run(call, sdk);
    const decision = await sdk.checkPermission({
      action,
      phase: 'validation',
      arguments: given(call),
      context: { ...facts(call), result_characters: result.length },
    });
    if (!decision.allowed) throw new PolicyViolationError(sdk.agentId, action, decision);
    return result;
  };
  return sdk.governed(name, action, { context: facts, arguments: given })(validated);
}
