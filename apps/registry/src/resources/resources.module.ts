import { Module } from '@nestjs/common';
import { ConfigurationModule } from '../configuration/configuration.module.js';
import { ResourcesController } from './resources.controller.js';

@Module({ imports: [ConfigurationModule], controllers: [ResourcesController] })
export class ResourcesModule {}
