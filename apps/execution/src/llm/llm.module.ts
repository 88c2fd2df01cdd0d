import { allowedHostOf, LOGGER, OutgoingClient, outgoingCalls, outgoingFetch } from '@agion/service-kit';
import { Module } from '@nestjs/common';
import type { Logger } from 'pino';
import { ExecutionSettings } from '../execution.config.js';
import { DemoLlm } from './demo.llm.js';
import { LLM, type Llm } from './llm.port.js';
import { OpenAiLlm } from './openai.llm.js';

/** An answer is as long as the run that asked for it; what a run may take is said there. */
const LIMITS = { timeoutMs: 3_600_000, maxBytes: 33_554_432 };

/** The model the settings name, or the demo model when they name none. */
export function configuredLlm(
  { openaiBaseUrl, openaiModel, openaiApiKey }: ExecutionSettings,
  outgoing: OutgoingClient,
): Llm {
  if (openaiBaseUrl === undefined || openaiModel === undefined) return new DemoLlm();
  const fetch = outgoingFetch(outgoing, LIMITS);
  return new OpenAiLlm({ baseUrl: openaiBaseUrl, fetch, model: openaiModel, apiKey: openaiApiKey });
}

/** Calls to the model. Whoever sets `OPENAI_BASE_URL` vouches for its host by that, and for no other. */
function modelClient({
  openaiBaseUrl,
  outgoingAllowHosts = [],
  outgoingDenyCidrs = [],
}: ExecutionSettings): OutgoingClient {
  const own = openaiBaseUrl === undefined ? [] : [allowedHostOf(new URL(openaiBaseUrl))];
  return new OutgoingClient({
    allowed: [...outgoingAllowHosts, ...own],
    denied: outgoingDenyCidrs,
    record: outgoingCalls('execution'),
  });
}

const MODEL_CLIENT = Symbol('calls to the model');

@Module({
  providers: [
    { provide: MODEL_CLIENT, inject: [ExecutionSettings], useFactory: modelClient },
    {
      provide: LLM,
      inject: [ExecutionSettings, MODEL_CLIENT, LOGGER],
      useFactory: (settings: ExecutionSettings, outgoing: OutgoingClient, logger: Logger): Llm => {
        const llm = configuredLlm(settings, outgoing);
        logger.info({ model: llm.name }, 'model chosen');
        return llm;
      },
    },
  ],
  exports: [LLM],
})
export class LlmModule {}
