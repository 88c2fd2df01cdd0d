import { Module } from '@nestjs/common';
import { OrganizationsController } from './organizations.controller.js';
import { OrganizationsStore } from './organizations.store.js';

@Module({ controllers: [OrganizationsController], providers: [OrganizationsStore] })
export class OrganizationsModule {}
