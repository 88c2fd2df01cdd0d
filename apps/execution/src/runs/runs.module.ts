import { Module } from '@nestjs/common';
import { LlmModule } from '../llm/llm.module.js';
import { ActiveTurns } from './active-turns.js';
import { RunEventsFeed } from './run-events.feed.js';
import { RunLeases } from './run-leases.service.js';
import { RunUpkeep } from './run-upkeep.service.js';
import { RunsController } from './runs.controller.js';
import { RunsService } from './runs.service.js';
import { RunsStore } from './runs.store.js';
import { TurnRunner } from './turn-runner.service.js';

@Module({
  imports: [LlmModule],
  controllers: [RunsController],
  providers: [RunsStore, RunEventsFeed, ActiveTurns, TurnRunner, RunLeases, RunUpkeep, RunsService],
})
export class RunsModule {}
