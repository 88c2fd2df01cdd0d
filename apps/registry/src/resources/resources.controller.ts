import { Body, Controller, Get, Param, Post, Put, Query, Req, Res, UseInterceptors } from '@nestjs/common';
import { ApiCreatedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  ConfigurationIdParamDto,
  CreateResourceDto,
  ResourceDto,
  ResourcePageDto,
  ResourceNameParamDto,
  UpdateResourceDto,
  UpdateConfigurationQueryDto,
} from '@agion/dto';
import { ApiProblems, Caller, NewId } from '@agion/service-kit';
import type { Principal } from '@agion/wire';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ConfigurationRoutes, IfMatch, IfNoneMatch } from '../configuration/configuration-routes.js';
import { CreateOnce } from '../configuration/create-once.interceptor.js';
import { contentOf, RESOURCES } from './resource-documents.js';

@ApiTags('resources')
@ApiProblems('unauthenticated', 'forbidden', 'validation-failed')
@Controller('v1/resources')
export class ResourcesController extends ConfigurationRoutes({
  kind: RESOURCES,
  title: 'Resource',
  item: ResourceDto,
  page: ResourcePageDto,
}) {
  @Get('by-name/:name')
  @ApiOperation({ summary: 'Fetch the resource of a name', operationId: 'getResourceByName' })
  @IfNoneMatch()
  @ApiOkResponse({ type: ResourceDto })
  @ApiProblems('resource-not-found')
  fetch(
    @Caller() caller: Principal,
    @Param() { name }: ResourceNameParamDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string | undefined> {
    return this.fetchBy(name, caller, request, reply);
  }

  @Post()
  @UseInterceptors(CreateOnce)
  @ApiOperation({ summary: 'Create a resource', operationId: 'createResource' })
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @ApiCreatedResponse({ type: ResourceDto })
  @ApiProblems('conflict', 'idempotency-key-reused')
  create(
    @Caller() caller: Principal,
    @Body() body: CreateResourceDto,
    @NewId() newId: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ResourceDto> {
    return this.createFrom(caller, body.id ?? newId, contentOf(body), reply);
  }

  @Put(':id')
  @ApiOperation({ summary: 'Make the next version of a resource', operationId: 'updateResource' })
  @IfMatch()
  @ApiOkResponse({ type: ResourceDto })
  @ApiProblems('resource-not-found', 'conflict')
  update(
    @Caller() caller: Principal,
    @Param() { id }: ConfigurationIdParamDto,
    @Query() { activate }: UpdateConfigurationQueryDto,
    @Body() body: UpdateResourceDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ResourceDto> {
    return this.updateTo(caller, id, { sent: body, content: contentOf(body), activate }, request, reply);
  }
}
