import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  CreatedServiceAccountDto,
  CreateServiceAccountDto,
  DeleteServiceAccountQueryDto,
  encodeCursor,
  IssuedTokenDto,
  PageQueryDto,
  RotateServiceAccountTokenDto,
  ServiceAccountDto,
  ServiceAccountIdParamDto,
  ServiceAccountPageDto,
} from '@agion/dto';
import { ApiProblems, Caller } from '@agion/service-kit';
import type { Principal } from '@agion/wire';
import { effectiveScopes } from '../credentials/granted-scopes.js';
import { toIssuedTokenDto } from '../credentials/issued-token.js';
import { cursorOf } from '../cursor-of.js';
import type { ServiceAccount } from './service-account.js';
import { ServiceAccountsService } from './service-accounts.service.js';

@ApiTags('administration')
@ApiProblems('unauthenticated', 'forbidden', 'validation-failed')
@Controller('v1/service-accounts')
export class ServiceAccountsController {
  constructor(private readonly accounts: ServiceAccountsService) {}

  @Post()
  @ApiOperation({
    summary: 'Make a service account',
    description:
      'For a program of yours, such as a pipeline. Its token is shown once; it reaches no more than the caller.',
    operationId: 'createServiceAccount',
  })
  @ApiCreatedResponse({ type: CreatedServiceAccountDto })
  @ApiProblems('forbidden', 'quota-exceeded', 'conflict')
  async create(@Caller() caller: Principal, @Body() body: CreateServiceAccountDto): Promise<CreatedServiceAccountDto> {
    const { name, role, scopes = null, expires_in_seconds: lifetimeSeconds = null } = body;
    const { account, issued } = await this.accounts.create(caller, { name, role, scopes, lifetimeSeconds });
    return { ...toServiceAccountDto(account), issued: toIssuedTokenDto(issued) };
  }

  @Get()
  @ApiOperation({ summary: 'List service accounts', operationId: 'listServiceAccounts' })
  @ApiOkResponse({ type: ServiceAccountPageDto })
  async list(@Caller() caller: Principal, @Query() { cursor, limit }: PageQueryDto): Promise<ServiceAccountPageDto> {
    const [after = null] = cursorOf(cursor, 1) ?? [];
    const { accounts, next } = await this.accounts.list(caller, after, limit);
    return { items: accounts.map(toServiceAccountDto), next_cursor: next === null ? null : encodeCursor(next) };
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Delete a service account',
    description:
      'Its tokens are refused everywhere within two seconds; its name is never given again. What it has issued for agents and containers lives on, unless `revoke_issued` is true.',
    operationId: 'deleteServiceAccount',
  })
  @ApiNoContentResponse()
  @ApiProblems('not-found')
  async delete(
    @Caller() caller: Principal,
    @Param() { id }: ServiceAccountIdParamDto,
    @Query() { revoke_issued: revokeIssued }: DeleteServiceAccountQueryDto,
  ): Promise<void> {
    await this.accounts.delete(caller, id, revokeIssued);
  }

  @Post(':id/token')
  @ApiOperation({
    summary: 'Rotate the token of a service account',
    description: 'The earlier ones stay valid for the overlap, an hour unless you say otherwise.',
    operationId: 'rotateServiceAccountToken',
  })
  @ApiCreatedResponse({ type: IssuedTokenDto })
  @ApiProblems('not-found')
  async rotate(
    @Caller() caller: Principal,
    @Param() { id }: ServiceAccountIdParamDto,
    @Body() { expires_in_seconds: lifetimeSeconds, overlap_seconds: overlapSeconds }: RotateServiceAccountTokenDto,
  ): Promise<IssuedTokenDto> {
    const request = { lifetimeSeconds: lifetimeSeconds ?? null, overlapSeconds: overlapSeconds ?? null, scopes: null };
    return toIssuedTokenDto(await this.accounts.rotate(caller, id, request));
  }
}

const toServiceAccountDto = ({
  id,
  name,
  role,
  scopes,
  createdBy,
  createdAt,
  tokens,
}: ServiceAccount): ServiceAccountDto => ({
  id,
  name,
  role,
  scopes: effectiveScopes({ kind: 'service_account', role }, scopes),
  created_by: createdBy,
  created_at: createdAt.toISOString(),
  tokens: tokens.map((token) => ({
    key_id: token.keyId,
    created_at: instant(token.createdAt),
    expires_at: token.expiresAt === null ? null : instant(token.expiresAt),
  })),
});

const instant = (written: string): string => new Date(written).toISOString();
