import { answerRefusal, Checkpoint, type CheckpointOptions } from './checkpoint.js';
import type { GovernedRequest } from './governed-request.js';
import type { GovernedResponse } from './governed-response.js';

/** Middleware of Express 4 and 5, and a hook of Fastify (`onRequest`, `preHandler`): the three arguments have the same order. */
export type GovernanceMiddleware<Request> = (request: Request, response: GovernedResponse, next: () => void) => void;

/**
 * Lets requests pass for which the platform allows an agent an action. A denied request is answered with 403 as a problem
 * (RFC 9457) with the decision's id and reason; one that could not be checked with 503: nothing passes unchecked.
 *
 * @param agent a name without `:` gets the id of the container, AGION_AGENT_CONTAINER_ID
 * @param action `<method>:<route>` of the request unless told, e.g. `get:/charts/:id`; in middleware of a whole Express
 *   application, which runs before there is a route, the path stands for the route
 * @example
 * ```ts
 * app.use(withGovernance('chart_generator')); // Express
 * fastify.addHook('onRequest', withGovernance('chart_generator', 'generate_chart')); // Fastify
 * ```
 * @throws ConfigurationError for a name without `:` when the container is not known
 */
export function withGovernance(agent: string, action?: string): GovernanceMiddleware<GovernedRequest>;
/** The same, with what else is asked; functions in it get the request of the framework. */
export function withGovernance<Request extends GovernedRequest>(
  agent: string,
  action: string | undefined,
  options: CheckpointOptions<Request>,
): GovernanceMiddleware<Request>;
export function withGovernance<Request extends GovernedRequest>(
  agent: string,
  action?: string,
  options: CheckpointOptions<Request> = {},
): GovernanceMiddleware<Request> {
  const checkpoint = new Checkpoint<Request>(agent, action, options);
  return (request, response, next) => {
    void checkpoint.check(request).then((verdict) => {
      if (verdict.outcome === 'allowed') next();
      else answerRefusal(response, verdict);
    });
  };
}
