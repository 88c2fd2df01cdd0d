import { Module } from '@nestjs/common';
import { ControlPublisher } from './control.publisher.js';
import { CredentialsService } from './credentials.service.js';
import { CredentialsStore } from './credentials.store.js';
import { TokensController } from './tokens.controller.js';
import { VerificationController } from './verification.controller.js';

@Module({
  controllers: [TokensController, VerificationController],
  providers: [CredentialsService, CredentialsStore, ControlPublisher],
  exports: [ControlPublisher, CredentialsService],
})
export class CredentialsModule {}
