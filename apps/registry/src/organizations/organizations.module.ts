import { Module } from '@nestjs/common';
import { CredentialsModule } from '../credentials/credentials.module.js';
import { KnownOrganizationsController } from './known-organizations.controller.js';
import { OrganizationsController } from './organizations.controller.js';
import { OrganizationsService } from './organizations.service.js';
import { OrganizationsStore } from './organizations.store.js';

@Module({
  imports: [CredentialsModule],
  controllers: [OrganizationsController, KnownOrganizationsController],
  providers: [OrganizationsService, OrganizationsStore],
})
export class OrganizationsModule {}
