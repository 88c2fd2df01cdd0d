import { DatabaseModule } from '@agion/database';
import { Module } from '@nestjs/common';
import { ExecutionSettings } from './execution.config.js';
import { RunsModule } from './runs/runs.module.js';

@Module({ imports: [DatabaseModule.forService('execution', ExecutionSettings), RunsModule] })
export class ExecutionModule {}
