import { Module } from '@nestjs/common';
import { CredentialWatch } from '../auth/credential-watch.service.js';
import { NoticesModule } from '../notices/notices.module.js';
import { AgUiController } from './ag-ui.controller.js';
import { AgUiService } from './ag-ui.service.js';
import { EventStreams } from './event-streams.service.js';
import { RunEventsFeed } from './run-events.feed.js';

/** Turns as streams for frontends. */
@Module({
  imports: [NoticesModule],
  controllers: [AgUiController],
  providers: [AgUiService, CredentialWatch, EventStreams, RunEventsFeed],
})
export class AgUiModule {}
