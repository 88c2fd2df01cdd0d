/** Injection token of the model that answers runs. */
export const LLM = Symbol('llm');

export interface LlmMessage {
  readonly role: 'system' | 'developer' | 'user' | 'assistant';
  readonly content: string;
}

export interface LlmRequest {
  readonly messages: readonly LlmMessage[];
  /** Ends the answer early; the stream then throws the signal's reason. */
  readonly signal: AbortSignal;
}

/** A language model that answers a conversation with text, piece by piece. */
export interface Llm {
  /** What the log calls it. */
  readonly name: string;
  /** The answer in pieces, none of them empty. @throws LlmError when there is no complete answer */
  stream(request: LlmRequest): AsyncIterable<string>;
}

export type LlmErrorCode =
  | 'LLM_UNREACHABLE'
  | 'LLM_TIMEOUT'
  | 'LLM_UNAUTHORIZED'
  | 'LLM_RATE_LIMITED'
  | 'LLM_REJECTED'
  | 'LLM_BROKEN_OFF'
  | 'LLM_FAILED';

/** Why a model gave no complete answer, in words that may be shown to the caller: nothing of the provider's own text is in it. */
export class LlmError extends Error {
  constructor(
    readonly code: LlmErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'LlmError';
  }
}
