import { answerRefusal, Checkpoint, type CheckpointOptions, type Verdict } from './checkpoint.js';
import type { GovernedRequest } from './governed-request.js';
import { answered, type GovernedResponse } from './governed-response.js';

/** What is used of Nest's `ExecutionContext`. */
export interface GuardedContext {
  switchToHttp(): { getRequest<Request>(): Request; getResponse<Response>(): Response };
}

/** What a guard is made with. */
export interface GovernanceGuardOptions<Request> extends CheckpointOptions<Request> {
  /** Makes what is thrown in place of the guard's own answer, e.g. a `ForbiddenException`, for the filters of the application. */
  refusal?: (verdict: Exclude<Verdict, { outcome: 'allowed' }>) => unknown;
}

/**
 * A guard for Nest applications on Express or Fastify, without a dependency on Nest. It answers refused requests by itself, as
 * `withGovernance` does, before Nest would.
 *
 * @example
 * ```ts
 * app.useGlobalGuards(new GovernanceGuard('chart_generator'));
 * ```
 */
export class GovernanceGuard<Request extends GovernedRequest = GovernedRequest> {
  private readonly checkpoint: Checkpoint<Request>;

  /**
   * @param action `<method>:<route>` unless told
   * @throws ConfigurationError for a name without `:` when the container is not known
   */
  constructor(
    agent: string,
    action?: string,
    private readonly options: GovernanceGuardOptions<Request> = {},
  ) {
    this.checkpoint = new Checkpoint<Request>(agent, action, options);
  }

  async canActivate(context: GuardedContext): Promise<boolean> {
    const http = context.switchToHttp();
    const verdict = await this.checkpoint.check(http.getRequest<Request>());
    if (verdict.outcome === 'allowed') return true;

    if (this.options.refusal) throw this.options.refusal(verdict);
    const response = http.getResponse<GovernedResponse>();
    answerRefusal(response, verdict);
    await answered(response); // Nest answers for a guard that says no, unless that has been done
    return false;
  }
}
