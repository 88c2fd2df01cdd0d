import { Module } from '@nestjs/common';
import { ConfigurationModule } from '../configuration/configuration.module.js';
import { PromptsController } from './prompts.controller.js';

@Module({ imports: [ConfigurationModule], controllers: [PromptsController] })
export class PromptsModule {}
