import { Controller, Get, Param } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { KnownOrganizationDto, OrganizationListDto, OrganizationSlugParamDto } from '@agion/dto';
import { InternalFor } from '@agion/service-kit';
import { SERVICES } from '@agion/wire';
import { OrganizationNotFoundError } from './organizations.errors.js';
import { OrganizationsStore } from './organizations.store.js';

/** Which organizations there are, for the services that read every organization's streams and keep their limits. */
@ApiExcludeController()
@InternalFor(...SERVICES)
@Controller('internal/organizations')
export class KnownOrganizationsController {
  constructor(private readonly organizations: OrganizationsStore) {}

  @Get()
  async list(): Promise<OrganizationListDto> {
    return { items: await this.organizations.known() };
  }

  @Get(':slug')
  async get(@Param() { slug }: OrganizationSlugParamDto): Promise<KnownOrganizationDto> {
    const organization = await this.organizations.find(slug);
    if (!organization) throw new OrganizationNotFoundError(slug);
    return organization;
  }
}
