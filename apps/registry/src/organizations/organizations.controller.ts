import { Body, Controller, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  ChangeOrganizationSettingsDto,
  CreateOrganizationDto,
  encodeCursor,
  OrganizationDto,
  OrganizationPageDto,
  OrganizationSettingsDto,
  OrganizationSlugParamDto,
  PageQueryDto,
} from '@agion/dto';
import { ApiProblems, Caller } from '@agion/service-kit';
import type { Principal } from '@agion/wire';
import { cursorOf } from '../cursor-of.js';
import type { NamedOrganization } from './organization.js';
import { OrganizationsService } from './organizations.service.js';

@ApiTags('administration')
@ApiProblems('unauthenticated', 'forbidden', 'validation-failed')
@Controller('v1/organizations')
export class OrganizationsController {
  constructor(private readonly organizations: OrganizationsService) {}

  @Get()
  @ApiOperation({
    summary: 'List organizations',
    description: 'For admins of the platform: those of the organization `default`.',
    operationId: 'listOrganizations',
  })
  @ApiOkResponse({ type: OrganizationPageDto })
  async list(@Caller() caller: Principal, @Query() { cursor, limit }: PageQueryDto): Promise<OrganizationPageDto> {
    const [after = null] = cursorOf(cursor, 1) ?? [];
    const { organizations, next } = await this.organizations.list(caller, after, limit);
    return { items: organizations.map(toOrganizationDto), next_cursor: next === null ? null : encodeCursor(next) };
  }

  @Post()
  @ApiOperation({
    summary: 'Make an organization',
    description:
      'For admins of the platform. Its members are the identity provider’s: whoever’s token names the slug belongs to it.',
    operationId: 'createOrganization',
  })
  @ApiCreatedResponse({ type: OrganizationDto })
  @ApiProblems('conflict')
  async create(@Caller() caller: Principal, @Body() { slug, name }: CreateOrganizationDto): Promise<OrganizationDto> {
    return toOrganizationDto(await this.organizations.create(caller, slug, name));
  }

  @Get(':slug/settings')
  @ApiOperation({ summary: 'Look at the settings of an organization', operationId: 'getOrganizationSettings' })
  @ApiOkResponse({ type: OrganizationSettingsDto })
  @ApiProblems('not-found')
  settings(@Caller() caller: Principal, @Param() { slug }: OrganizationSlugParamDto): Promise<OrganizationSettingsDto> {
    return this.organizations.settings(caller, slug);
  }

  @Put(':slug/settings')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Change the settings of an organization',
    description:
      'What is left out stays. They hold everywhere within seconds. Its own admins decide `default_effect`, `decision_retention_days` and `policy_review`; limits are for admins of the platform.',
    operationId: 'changeOrganizationSettings',
  })
  @ApiOkResponse({ type: OrganizationSettingsDto })
  @ApiProblems('not-found')
  change(
    @Caller() caller: Principal,
    @Param() { slug }: OrganizationSlugParamDto,
    @Body() body: ChangeOrganizationSettingsDto,
  ): Promise<OrganizationSettingsDto> {
    return this.organizations.change(caller, slug, body);
  }
}

const toOrganizationDto = ({ id, slug, name, createdAt }: NamedOrganization): OrganizationDto => ({
  id,
  slug,
  name,
  created_at: createdAt.toISOString(),
});
