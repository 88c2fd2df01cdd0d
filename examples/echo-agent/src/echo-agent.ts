import { type AgionSDK, NotFoundError, PolicyViolationError } from '@agion/sdk';

/** One invocation. */
export interface Call {
  query: string;
  context: Record<string, unknown>;
  executionId: string;
}

const PROMPT = '{{query}}';

/** An agent that says what it is told, in the words of the platform's prompt. */
export class EchoAgent {
  readonly description = { name: 'Echo', type: 'text', capabilities: ['echo'], version: '1.0.0' };
  private readonly sdk: AgionSDK;
  private readonly echo: (call: Call) => Promise<string>;

  constructor(sdk: AgionSDK) {
    this.sdk = sdk;
    // The first checkpoint, permission: without an allowing policy nothing of this runs. The platform is told how it ended.
    this.echo = sdk.governed('echo', 'echo', { context: factsOf, arguments: argumentsOf })((call: Call) =>
      this.say(call),
    );
  }

  /** @throws PolicyViolationError when a policy says no */
  async answer(call: Call): Promise<string> {
    const result = await this.echo(call);
    // The third, feedback: what follows from it. It waits in memory and is sent with others.
    this.sdk.events.publishTrustEvent({
      eventType: 'task_completed',
      severity: 'positive',
      impact: 0.05,
      context: { execution_id: call.executionId },
    });
    return result;
  }

  private async say(call: Call): Promise<string> {
    const prompt = await this.prompt();
    const result = prompt.replaceAll('{{query}}', () => call.query);
    // The second, validation: may this come out? It repeats what the first one said, so that the same policies hold.
    const decision = await this.sdk.checkPermission({
      action: 'echo',
      phase: 'validation',
      arguments: argumentsOf(call),
      context: { ...factsOf(call), result_characters: result.length },
    });
    if (!decision.allowed) throw new PolicyViolationError(this.sdk.agentId, 'echo', decision);
    return result;
  }

  /** The platform's, from memory or asked for; plain words where it has none. */
  private async prompt(): Promise<string> {
    try {
      return (await this.sdk.getPrompt('echo')).content;
    } catch (error) {
      if (NotFoundError.is(error)) return PROMPT;
      throw error;
    }
  }
}

const factsOf = ({ query, context }: Call): Record<string, unknown> => ({ ...context, characters: query.length });
const argumentsOf = ({ query }: Call): Record<string, unknown> => ({ query });
