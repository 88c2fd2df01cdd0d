import { Module } from '@nestjs/common';
import { CredentialsModule } from '../credentials/credentials.module.js';
import { ServiceAccountsController } from './service-accounts.controller.js';
import { ServiceAccountsService } from './service-accounts.service.js';
import { ServiceAccountsStore } from './service-accounts.store.js';

@Module({
  imports: [CredentialsModule],
  controllers: [ServiceAccountsController],
  providers: [ServiceAccountsService, ServiceAccountsStore],
})
export class ServiceAccountsModule {}
