import type { OpenAICompatibleProvider } from '@ai-sdk/openai-compatible';
import type { Fetch } from '@agion/service-kit';
import { LlmError, type Llm, type LlmMessage, type LlmRequest } from './llm.port.js';
import { brokenOff, toLlmError } from './openai-errors.js';

export interface OpenAiOptions {
  baseUrl: string;
  /** What calls it. */
  fetch: Fetch;
  model: string;
  apiKey?: string | undefined;
  /** Milliseconds until the first piece must have come. Default 30,000. */
  firstPieceMs?: number;
  /** Milliseconds between two pieces. Default 20,000. */
  pieceMs?: number;
}

/** Any model behind the OpenAI chat-completions protocol. Retries once while nothing of the answer has come. */
export class OpenAiLlm implements Llm {
  readonly name: string;

  constructor(private readonly options: OpenAiOptions) {
    this.name = options.model;
  }

  async *stream({ messages, signal }: LlmRequest): AsyncIterable<string> {
    const { firstPieceMs = 30_000, pieceMs = 20_000, model } = this.options;
    let begun = false;
    let finished = false;
    try {
      const [{ streamText }, provider] = await Promise.all([import('ai'), this.provider()]);
      const { fullStream } = streamText({
        model: provider(model),
        messages: messages.map(toModelMessage),
        allowSystemInMessages: true, // a caller's own conversation may begin with instructions
        abortSignal: signal,
        maxRetries: 1,
        timeout: { firstChunkMs: firstPieceMs, chunkMs: pieceMs },
        telemetry: { recordInputs: false, recordOutputs: false },
        onError: () => {}, // the stream carries the error; the default would print it, prompt included
      });
      for await (const part of fullStream) {
        if (part.type === 'text-delta' && part.text !== '') {
          begun = true;
          yield part.text;
        } else if (part.type === 'error') throw part.error;
        else if (part.type === 'abort') throw new LlmError('LLM_TIMEOUT', 'the model did not answer in time');
        else if (part.type === 'finish') {
          if (part.finishReason === 'error') throw brokenOff();
          finished = true;
        }
      }
    } catch (error) {
      signal.throwIfAborted();
      throw toLlmError(error, begun);
    }
    signal.throwIfAborted();
    if (!finished) throw brokenOff();
  }

  /** Loaded with the first question: the SDK is large, and start-up should not wait for it. */
  private async provider(): Promise<OpenAICompatibleProvider> {
    const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible');
    const { baseUrl, fetch, apiKey } = this.options;
    return createOpenAICompatible({
      name: 'openai-compatible',
      baseURL: baseUrl,
      fetch,
      ...(apiKey !== undefined && { apiKey }),
    });
  }
}

/** The SDK knows no `developer`; both mean instructions that stand above the user's. */
const toModelMessage = ({ role, content }: LlmMessage): { role: 'system' | 'user' | 'assistant'; content: string } => ({
  role: role === 'developer' ? 'system' : role,
  content,
});
