import { errorText } from '@agion/messaging';
import type { Decision } from '../decisions/decision.js';
import { AgionError, ApiError, UnauthorizedError } from '../errors.js';
import type { GatewayClient } from '../http/gateway.client.js';
import type { Wire } from '../http/wire.js';
import { decisionOfAnswer } from './decision-reply.js';
import {
  type AddressedQuestion,
  CHECK_TIMEOUT_MS,
  questionFields,
  refuseInvalid,
  type RemoteCheck,
  unavailable,
} from './remote-check.js';
import { traceparentOf } from './trace.js';

/** Asks over HTTP: `POST /api/v1/governance/check`. The answer is in the ledger before it is given. */
export class HttpCheck implements RemoteCheck {
  private readonly closing = new AbortController();

  /** @param refused told that the platform refuses the token. @returns whether there is another one now */
  constructor(
    private readonly gateway: GatewayClient,
    private readonly refused: () => boolean = () => false,
  ) {}

  /**
   * @throws UnauthorizedError, ForbiddenError and other ApiErrors that are not retryable: to be mended by whoever runs the agent.
   */
  async check(question: AddressedQuestion, traceparent = traceparentOf(undefined)): Promise<Decision> {
    refuseInvalid(question);
    try {
      return await this.ask(question, traceparent);
    } catch (error) {
      if (UnauthorizedError.is(error) && this.refused()) return this.ask(question, traceparent);
      throw error;
    }
  }

  close(): Promise<void> {
    this.closing.abort();
    return Promise.resolve();
  }

  private async ask(question: AddressedQuestion, traceparent: string): Promise<Decision> {
    const { timeoutMs = CHECK_TIMEOUT_MS } = question;
    try {
      const { body } = await this.gateway.call<Wire<'DecisionOutcomeDto'>>('POST', '/api/v1/governance/check', {
        body: questionFields(question),
        headers: { traceparent },
        timeoutMs,
        signal: this.closing.signal,
        retry: false,
      });
      return decisionOfAnswer(body);
    } catch (error) {
      if (ApiError.is(error) && !error.retryable && error.status < 500) throw error;
      if (!AgionError.is(error)) throw error;
      return unavailable('http', `the platform cannot be asked: ${errorText(error)}`);
    }
  }
}
