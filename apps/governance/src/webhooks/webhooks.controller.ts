import {
  CreateWebhookDto,
  decodeCursor,
  encodeCursor,
  PageQueryDto,
  WebhookDto,
  WebhookIdParamDto,
  WebhookPageDto,
  WebhookWithSecretDto,
} from '@agion/dto';
import { ApiProblems, Caller, NewId, ValidationFailedError } from '@agion/service-kit';
import type { Principal } from '@agion/wire';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { toWebhookDto } from './webhook-answers.js';
import { WebhooksService, type WebhookWithSecret } from './webhooks.service.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

@ApiTags('Webhooks')
@ApiProblems('unauthenticated', 'forbidden', 'validation-failed')
@Controller('v1/webhooks')
export class WebhooksController {
  constructor(private readonly webhooks: WebhooksService) {}

  @Get()
  @ApiOperation({
    operationId: 'listWebhooks',
    summary: 'List where events are sent',
    description: 'Newest first. Needs the role `operator`.',
  })
  @ApiOkResponse({ type: WebhookPageDto })
  async list(@Caller() caller: Principal, @Query() { cursor, limit }: PageQueryDto): Promise<WebhookPageDto> {
    const found = await this.webhooks.list(caller, cursor === undefined ? null : idIn(cursor), limit + 1);
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      items: page.map(toWebhookDto),
      next_cursor: found.length > page.length && last ? encodeCursor(last.id) : null,
    };
  }

  // Without Idempotency-Key: the first answer would have to be kept, and the secret with it.
  @Post()
  @ApiOperation({
    operationId: 'createWebhook',
    summary: 'Have events sent to an address',
    description: 'Signed as Standard Webhooks says; the secret is shown once, here. Needs the role `admin`.',
  })
  @ApiCreatedResponse({ type: WebhookWithSecretDto })
  @ApiProblems('malformed-request', 'conflict')
  async create(
    @Caller() caller: Principal,
    @NewId() id: string,
    @Body() { url, event_types: eventTypes = [], description }: CreateWebhookDto,
  ): Promise<WebhookWithSecretDto> {
    return withSecret(await this.webhooks.create(caller, id, { url, eventTypes, description: description ?? null }));
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getWebhook', summary: 'Where events are sent, and how that goes' })
  @ApiOkResponse({ type: WebhookDto })
  @ApiProblems('webhook-not-found')
  async get(@Caller() caller: Principal, @Param() { id }: WebhookIdParamDto): Promise<WebhookDto> {
    return toWebhookDto(await this.webhooks.find(caller, id));
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ operationId: 'deleteWebhook', summary: 'Send nothing more to an address' })
  @ApiNoContentResponse()
  @ApiProblems('webhook-not-found')
  async remove(@Caller() caller: Principal, @Param() { id }: WebhookIdParamDto): Promise<void> {
    await this.webhooks.remove(caller, id);
  }

  @Post(':id/enable')
  @HttpCode(200)
  @ApiOperation({ operationId: 'enableWebhook', summary: 'Switch a webhook on again' })
  @ApiOkResponse({ type: WebhookDto })
  @ApiProblems('webhook-not-found')
  async enable(@Caller() caller: Principal, @Param() { id }: WebhookIdParamDto): Promise<WebhookDto> {
    return toWebhookDto(await this.webhooks.enable(caller, id));
  }

  @Post(':id/rotate-secret')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'rotateWebhookSecret',
    summary: 'Sign with a new secret',
    description: 'Shown once, here. For 24 hours deliveries carry a signature with the secret before as well.',
  })
  @ApiOkResponse({ type: WebhookWithSecretDto })
  @ApiProblems('webhook-not-found')
  async rotate(@Caller() caller: Principal, @Param() { id }: WebhookIdParamDto): Promise<WebhookWithSecretDto> {
    return withSecret(await this.webhooks.rotate(caller, id));
  }
}

const withSecret = ({ webhook, secret }: WebhookWithSecret): WebhookWithSecretDto => ({
  ...toWebhookDto(webhook),
  secret,
});

/** @throws ValidationFailedError when it is none of our cursors */
function idIn(cursor: string): string {
  const [id = ''] = decodeCursor(cursor, 1) ?? [];
  if (UUID.test(id)) return id;
  throw new ValidationFailedError([
    { pointer: '/query/cursor', detail: 'must be the `next_cursor` of the page before' },
  ]);
}
