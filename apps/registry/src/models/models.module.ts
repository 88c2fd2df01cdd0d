import { Module } from '@nestjs/common';
import { ConfigurationModule } from '../configuration/configuration.module.js';
import { ModelsController } from './models.controller.js';

@Module({ imports: [ConfigurationModule], controllers: [ModelsController] })
export class ModelsModule {}
