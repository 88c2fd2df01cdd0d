import { errorText, type Logger, SILENT_LOGGER } from '@agion/messaging';
import type { Decision, PermissionQuestion } from '../decisions/decision.js';
import { keptDecision, obstacleWithoutArguments } from '../decisions/obligations.js';
import { readEnvironment } from '../environment.js';
import { InvalidInputError } from '../input/input.errors.js';
import { completeName, GovernanceClient } from './governance-client.js';
import { actionOf, type GovernedRequest, pathOf } from './governed-request.js';
import { answerProblem, type GovernedResponse, isAnswered } from './governed-response.js';

/** Answers questions: a `GovernanceClient`, or an `AgionSDK`, which decides by the policies it has in memory. */
export interface PermissionSource {
  checkPermission(question: PermissionQuestion & { agentId: string }): Promise<Decision>;
}

/** What a request is checked for, beside agent and action. */
export interface CheckpointOptions<Request = GovernedRequest> {
  /** Whom to ask. @default one `GovernanceClient` for all that name none, made with the first request */
  client?: PermissionSource;
  /** What conditions see as `context`, beside `method` and `path`. Must not throw: then nothing is allowed. */
  context?: (request: Request) => Record<string, unknown>;
  /** What it acts on. */
  resource?: string | ((request: Request) => string | undefined);
  /** Milliseconds to wait for the decision; 5000 unless told. */
  timeoutMs?: number;
  logger?: Logger;
}

const decisions = new WeakMap<object, Decision>();
let shared: GovernanceClient | undefined;

/** The decision that let a request pass; undefined for one that nobody has checked. */
export const decisionOf = (request: object): Decision | undefined => decisions.get(request);

/** Closes the client that is shared by all `withGovernance` and guards without one of their own. A later request makes another. */
export async function closeGovernance(): Promise<void> {
  const client = shared;
  shared = undefined;
  await client?.close();
}

/** What became of a request at a checkpoint. */
export type Verdict =
  | { readonly outcome: 'allowed' | 'denied'; readonly decision: Decision }
  | { readonly outcome: 'refused' | 'unavailable'; readonly reason: string };

interface AskedDecision {
  readonly action: string;
  readonly decision: Decision;
}

/** Asks about requests. */
export class Checkpoint<Request extends GovernedRequest> {
  private readonly agentId: string;
  private readonly log: Logger;

  /** @throws ConfigurationError for a name without `:` when the container is not known */
  constructor(
    agent: string,
    private readonly action: string | undefined,
    private readonly options: CheckpointOptions<Request>,
  ) {
    this.agentId = options.client ? agent : completeName(agent, readEnvironment().containerId);
    this.log = options.logger ?? SILENT_LOGGER;
  }

  /** Never rejects. */
  async check(request: Request): Promise<Verdict> {
    try {
      const decision = this.kept(await this.ask(request));
      if (decision.unavailable) return this.unavailable(decision.reason);
      if (!decision.allowed) return { outcome: 'denied', decision };
      decisions.set(request, decision);
      return { outcome: 'allowed', decision };
    } catch (error) {
      if (InvalidInputError.is(error)) return { outcome: 'refused', reason: error.message };
      return this.unavailable(errorText(error));
    }
  }

  private async ask(request: Request): Promise<AskedDecision> {
    const action = this.action ?? actionOf(request);
    const { client = (shared ??= new GovernanceClient()), context, resource, timeoutMs } = this.options;
    const named = typeof resource === 'function' ? resource(request) : resource;
    const decision = await client.checkPermission({
      agentId: this.agentId,
      action,
      context: { method: request.method ?? '', path: pathOf(request), ...context?.(request) },
      ...(named !== undefined && { resource: named }),
      ...(timeoutMs !== undefined && { timeoutMs }),
    });
    return { action, decision };
  }

  /** With its obligations kept, or a denial. What a request holds nobody here can redact. */
  private kept({ action, decision }: AskedDecision): Decision {
    const obstacle = obstacleWithoutArguments(decision.obligations);
    return keptDecision(decision, { agentId: this.agentId, action }, this.log, obstacle);
  }

  private unavailable(reason: string): Verdict {
    this.log.error({ agent: this.agentId, error: reason }, 'a request could not be checked and is refused');
    return { outcome: 'unavailable', reason };
  }
}

/** Answers a request that may not pass. What keeps the platform from answering is for logs, not for whoever has asked. */
export function answerRefusal(response: GovernedResponse, verdict: Verdict): void {
  if (isAnswered(response)) return;
  switch (verdict.outcome) {
    case 'denied': {
      const { decisionId: decision_id, decision, reason: detail, policyRevision: policy_revision } = verdict.decision;
      return answerProblem(response, {
        title: 'Forbidden',
        status: 403,
        detail,
        decision_id,
        decision,
        policy_revision,
      });
    }
    case 'refused':
      return answerProblem(response, {
        title: 'Forbidden',
        status: 403,
        detail: `it cannot be asked about: ${verdict.reason}`,
      });
    default:
      return answerProblem(
        response,
        {
          title: 'Service Unavailable',
          status: 503,
          detail: 'it could not be checked whether this is allowed; nothing was done',
        },
        { 'retry-after': '1' },
      );
  }
}
