import { Controller, Get, Param } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { OrganizationDto, OrganizationListDto, OrganizationSlugParamDto } from '@agion/dto';
import { DomainError, InternalFor } from '@agion/service-kit';
import { SERVICES } from '@agion/wire';
import { OrganizationsStore } from './organizations.store.js';

/** Which organizations there are, for the services that read every organization's streams. */
@ApiExcludeController()
@InternalFor(...SERVICES)
@Controller('internal/organizations')
export class OrganizationsController {
  constructor(private readonly organizations: OrganizationsStore) {}

  @Get()
  async list(): Promise<OrganizationListDto> {
    return { items: await this.organizations.list() };
  }

  @Get(':slug')
  async get(@Param() { slug }: OrganizationSlugParamDto): Promise<OrganizationDto> {
    const organization = await this.organizations.find(slug);
    if (!organization) throw new DomainError('not-found', `there is no organization \`${slug}\``);
    return organization;
  }
}
