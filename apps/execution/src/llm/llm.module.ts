import { LOGGER } from '@agion/service-kit';
import { Module } from '@nestjs/common';
import type { Logger } from 'pino';
import { ExecutionSettings } from '../execution.config.js';
import { DemoLlm } from './demo.llm.js';
import { LLM, type Llm } from './llm.port.js';
import { OpenAiLlm } from './openai.llm.js';

/** The model the settings name, or the demo model when they name none. */
export function configuredLlm({ openaiBaseUrl, openaiModel, openaiApiKey }: ExecutionSettings): Llm {
  return openaiBaseUrl !== undefined && openaiModel !== undefined
    ? new OpenAiLlm({ baseUrl: openaiBaseUrl, model: openaiModel, apiKey: openaiApiKey })
    : new DemoLlm();
}

@Module({
  providers: [
    {
      provide: LLM,
      inject: [ExecutionSettings, LOGGER],
      useFactory: (settings: ExecutionSettings, logger: Logger): Llm => {
        const llm = configuredLlm(settings);
        logger.info({ model: llm.name }, 'model chosen');
        return llm;
      },
    },
  ],
  exports: [LLM],
})
export class LlmModule {}
