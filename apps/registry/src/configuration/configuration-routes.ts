import { Delete, Get, HttpCode, Injectable, Param, Body, Post, Put, Query, Req, Res, type Type } from '@nestjs/common';
import { ApiHeader, ApiNoContentResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import {
  ConfigurationIdParamDto,
  ConfigurationVersionPageDto,
  ConfigurationVersionParamDto,
  ListConfigurationsQueryDto,
  PageQueryDto,
  RolloutDto,
  RolloutStateDto,
} from '@agion/dto';
import { ApiProblems, Caller } from '@agion/service-kit';
import { HEADERS, type Principal } from '@agion/wire';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { cursorOf } from '../cursor-of.js';
import {
  beforeVersion,
  conditionally,
  refuseOtherId,
  rolloutOf,
  tagged,
  toPage,
  toRolloutStateDto,
  toVersionPage,
} from './answers.js';
import { bucketOf } from './bucket-of.js';
import { ConfigurationEditor } from './configuration-editor.service.js';
import { ConfigurationReader } from './configuration-reader.service.js';
import type { ConfigurationKind } from './configuration.js';

/** What tells the routes of the kinds apart. */
export interface ConfigurationApi<Dto extends object> {
  readonly kind: ConfigurationKind<Dto>;
  /** Its name in operation ids, e.g. `Prompt`. */
  readonly title: string;
  readonly item: Type<Dto>;
  readonly page: Type<object>;
}

/** A change as it was sent: an object with what a version holds, and what it is based on. */
interface Update {
  id?: string | undefined;
  version?: number | undefined;
}

/**
 * The routes prompts, models and resources have in common; their controllers extend it and add those whose bodies and
 * names differ.
 */
export function ConfigurationRoutes<Dto extends object>({ kind, title, item, page }: ConfigurationApi<Dto>) {
  @Injectable() // so that the constructor's parameter types are there for the classes that extend it
  abstract class Routes {
    constructor(
      readonly reader: ConfigurationReader,
      readonly editor: ConfigurationEditor,
    ) {}

    @Get()
    @ApiOperation({ summary: `List ${kind.collection}`, operationId: `list${title}s` })
    @ApiOkResponse({ type: page })
    async list(@Caller() caller: Principal, @Query() query: ListConfigurationsQueryDto): Promise<object> {
      const { include_archived: includeArchived, limit } = query;
      const [after = null] = cursorOf(query.cursor, 1) ?? [];
      return toPage(await this.reader.list(kind, caller, { includeArchived, after, limit }), kind.toDto);
    }

    @Get(':id')
    @ApiOperation({ summary: `Look at a ${kind.name}`, operationId: `get${title}` })
    @IfNoneMatch()
    @ApiOkResponse({ type: item })
    @ApiProblems(kind.notFound)
    async get(
      @Caller() caller: Principal,
      @Param() { id }: ConfigurationIdParamDto,
      @Req() request: FastifyRequest,
      @Res({ passthrough: true }) reply: FastifyReply,
    ): Promise<string | undefined> {
      return conditionally(request, reply, kind.toDto(await this.reader.get(kind, caller, id)));
    }

    @Delete(':id')
    @HttpCode(204)
    @ApiOperation({ summary: `Archive a ${kind.name}`, operationId: `archive${title}` })
    @ApiNoContentResponse()
    @ApiProblems(kind.notFound)
    async archive(@Caller() caller: Principal, @Param() { id }: ConfigurationIdParamDto): Promise<void> {
      await this.editor.archive(kind, caller, id);
    }

    @Get(':id/versions')
    @ApiOperation({
      summary: `List the versions of a ${kind.name}, newest first`,
      operationId: `list${title}Versions`,
    })
    @ApiOkResponse({ type: ConfigurationVersionPageDto })
    @ApiProblems(kind.notFound)
    async versions(
      @Caller() caller: Principal,
      @Param() { id }: ConfigurationIdParamDto,
      @Query() { cursor, limit }: PageQueryDto,
    ): Promise<ConfigurationVersionPageDto> {
      const before = beforeVersion(cursor);
      return toVersionPage(kind, await this.reader.versions(kind, caller, id, { before, limit }));
    }

    @Post(':id/versions/:version/activate')
    @HttpCode(200)
    @ApiOperation({ summary: 'Serve a version to everybody', operationId: `activate${title}Version` })
    @ApiOkResponse({ type: item })
    @ApiProblems(kind.notFound, 'version-not-found', 'conflict')
    async activate(
      @Caller() caller: Principal,
      @Param() { id, version }: ConfigurationVersionParamDto,
      @Res({ passthrough: true }) reply: FastifyReply,
    ): Promise<Dto> {
      return tagged(reply, kind.toDto(await this.editor.activate(kind, caller, id, version)));
    }

    @Put(':id/rollout')
    @ApiOperation({
      summary: 'Serve a candidate version to some percent of the agents',
      operationId: `rollOut${title}`,
    })
    @ApiOkResponse({ type: RolloutStateDto })
    @ApiProblems(kind.notFound, 'version-not-found', 'conflict')
    async rollOut(
      @Caller() caller: Principal,
      @Param() { id }: ConfigurationIdParamDto,
      @Body() body: RolloutDto,
    ): Promise<RolloutStateDto> {
      return toRolloutStateDto(await this.editor.rollOut(kind, caller, id, rolloutOf(body)));
    }

    /** What agents call: the version that is served to this caller, by key. */
    protected async fetchBy(
      key: string,
      caller: Principal,
      request: FastifyRequest,
      reply: FastifyReply,
    ): Promise<string | undefined> {
      const bucket = bucketOf(request.headers[HEADERS.rolloutBucket], caller);
      return conditionally(request, reply, kind.toDto(await this.reader.fetch(kind, caller, key, bucket)));
    }

    protected async createFrom(
      caller: Principal,
      id: string,
      content: Record<string, unknown>,
      reply: FastifyReply,
    ): Promise<Dto> {
      return tagged(reply, kind.toDto(await this.editor.create(kind, caller, { id, content })));
    }

    protected async updateTo(
      caller: Principal,
      id: string,
      { sent, content, activate }: { sent: Update; content: Record<string, unknown>; activate: boolean },
      request: FastifyRequest,
      reply: FastifyReply,
    ): Promise<Dto> {
      refuseOtherId(sent.id, id);
      const update = { content, ifMatch: request.headers['if-match'], basedOn: sent.version, activate };
      return tagged(reply, kind.toDto(await this.editor.update(kind, caller, id, update)));
    }
  }
  return Routes;
}

export const IfNoneMatch = (): MethodDecorator =>
  ApiHeader({ name: 'If-None-Match', required: false, description: '304 when the ETag is still this one.' });

export const IfMatch = (): MethodDecorator =>
  ApiHeader({
    name: 'If-Match',
    required: false,
    description:
      'ETag the change is based on: of what is served now, or of the latest version if nothing happened since. Else a conflict.',
  });
