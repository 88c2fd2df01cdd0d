import {
  decodeCursor,
  encodeCursor,
  parseInstant,
  WebhookDeliveriesQueryDto,
  WebhookDeliveryDto,
  WebhookDeliveryPageDto,
  WebhookDeliveryParamDto,
  WebhookIdParamDto,
} from '@agion/dto';
import { ApiProblems, Caller, ValidationFailedError } from '@agion/service-kit';
import type { Principal } from '@agion/wire';
import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { DeliveryPosition } from './deliveries.store.js';
import { toDeliveryDto } from './webhook-answers.js';
import { WebhooksService } from './webhooks.service.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

@ApiTags('Webhooks')
@ApiProblems('unauthenticated', 'forbidden', 'validation-failed', 'webhook-not-found')
@Controller('v1/webhooks/:id/deliveries')
export class DeliveriesController {
  constructor(private readonly webhooks: WebhooksService) {}

  @Get()
  @ApiOperation({
    operationId: 'listWebhookDeliveries',
    summary: 'What was sent to an address, and what it answered',
    description: 'Newest first, for thirty days. Needs the role `operator`.',
  })
  @ApiOkResponse({ type: WebhookDeliveryPageDto })
  async list(
    @Caller() caller: Principal,
    @Param() { id }: WebhookIdParamDto,
    @Query() { status, cursor, limit }: WebhookDeliveriesQueryDto,
  ): Promise<WebhookDeliveryPageDto> {
    const after = cursor === undefined ? null : positionIn(cursor);
    const found = await this.webhooks.log(caller, id, { status: status ?? null, after, limit: limit + 1 });
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      items: page.map(toDeliveryDto),
      next_cursor: found.length > page.length && last ? encodeCursor(last.createdAt.toISOString(), last.eventId) : null,
    };
  }

  @Post(':event_id/redeliver')
  @HttpCode(202)
  @ApiOperation({
    operationId: 'redeliverWebhook',
    summary: 'Send an event again',
    description: 'With the same `webhook-id`, whatever became of it before. Needs the role `operator`.',
  })
  @ApiAcceptedResponse({ type: WebhookDeliveryDto })
  @ApiProblems('delivery-not-found', 'conflict')
  async redeliver(
    @Caller() caller: Principal,
    @Param() { id, event_id: eventId }: WebhookDeliveryParamDto,
  ): Promise<WebhookDeliveryDto> {
    return toDeliveryDto(await this.webhooks.redeliver(caller, id, eventId));
  }
}

/** @throws ValidationFailedError when it is none of our cursors */
function positionIn(cursor: string): DeliveryPosition {
  const [time = '', eventId = ''] = decodeCursor(cursor, 2) ?? [];
  const at = parseInstant(time);
  if (at && UUID.test(eventId)) return { at, eventId };
  throw new ValidationFailedError([
    { pointer: '/query/cursor', detail: 'must be the `next_cursor` of the page before' },
  ]);
}
