import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsUUID } from 'class-validator';
import {
  DELIVERY_STATUSES,
  WEBHOOK_FILTERS,
  WEBHOOK_STATUSES,
  type DeliveryStatus,
  type WebhookStatus,
} from '@agion/wire';
import { PageQueryDto } from './page.dto.js';
import { IsText } from './text.js';
import { IsUniqueList } from './unique-list.js';

const FILTER = new RegExp(`^(${WEBHOOK_FILTERS.map((filter) => filter.replace(/[.*]/g, '\\$&')).join('|')})$`);

export class WebhookIdParamDto {
  @ApiProperty({ format: 'uuid' })
  @IsUUID(undefined, { message: 'must be the id of a webhook' })
  id!: string;
}

export class WebhookDeliveryParamDto extends WebhookIdParamDto {
  @ApiProperty({ format: 'uuid', description: 'The `webhook-id` of the delivery.' })
  @IsUUID(undefined, { message: 'must be the `webhook-id` of a delivery' })
  event_id!: string;
}

export class CreateWebhookDto {
  @ApiProperty({ example: 'https://hooks.example.com/agion', maxLength: 2048, description: 'A public https address.' })
  @IsText(2_048)
  url!: string;

  @ApiPropertyOptional({
    type: [String],
    example: ['decision.denied', 'policy.*'],
    description: 'Types of events, or families of them. Default: all.',
  })
  @IsOptional()
  @IsUniqueList({
    max: WEBHOOK_FILTERS.length,
    pattern: FILTER,
    each: 'a type of event, or a family such as `policy.*`',
  })
  event_types?: string[];

  @ApiPropertyOptional({ example: 'opens tickets', maxLength: 200 })
  @IsOptional()
  @IsText(200)
  description?: string;
}

/** Where events are sent. */
export class WebhookDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ example: 'https://hooks.example.com/agion' })
  url!: string;

  @ApiProperty({ type: [String], description: 'Empty: all.' })
  event_types!: string[];

  @ApiProperty({ type: String, nullable: true })
  description!: string | null;

  @ApiProperty({ enum: WEBHOOK_STATUSES })
  status!: WebhookStatus;

  @ApiProperty({ type: String, nullable: true, description: 'Why it was switched off.' })
  disabled_reason!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    format: 'date-time',
    description: 'Since when every attempt has failed; null after a success.',
  })
  failing_since!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    format: 'date-time',
    description: 'Until when deliveries are signed with the secret before the last rotation, too.',
  })
  previous_secret_until!: string | null;

  @ApiProperty({ example: 'user:ada' })
  created_by!: string;

  @ApiProperty({ format: 'date-time' })
  created_at!: string;

  @ApiProperty({ format: 'date-time' })
  updated_at!: string;
}

/** A webhook in an answer that shows its secret, and the only one that does. */
export class WebhookWithSecretDto extends WebhookDto {
  @ApiProperty({ example: 'whsec_…', description: 'Shown once. What deliveries are signed with.' })
  secret!: string;
}

export class WebhookPageDto {
  @ApiProperty({ type: [WebhookDto], description: 'Newest first.' })
  items!: WebhookDto[];

  @ApiProperty({ type: String, nullable: true })
  next_cursor!: string | null;
}

export class WebhookDeliveriesQueryDto extends PageQueryDto {
  @ApiPropertyOptional({ enum: DELIVERY_STATUSES })
  @IsOptional()
  @IsIn(DELIVERY_STATUSES, { message: `must be one of ${DELIVERY_STATUSES.join(', ')}` })
  status?: DeliveryStatus;
}

/** One attempt to deliver. */
export class WebhookAttemptDto {
  @ApiProperty({ format: 'date-time' })
  at!: string;

  @ApiProperty({ type: Number, nullable: true, example: 500, description: 'What the receiver answered, if it did.' })
  response_status!: number | null;

  @ApiProperty({ example: 120 })
  duration_ms!: number;

  @ApiProperty({ type: String, nullable: true, example: 'timeout', description: 'Why there was no answer.' })
  error!: string | null;
}

/** An event on its way to a webhook, and what became of it. */
export class WebhookDeliveryDto {
  @ApiProperty({ format: 'uuid', description: 'The event in the audit trail, and `webhook-id` of every attempt.' })
  event_id!: string;

  @ApiProperty({ example: 'decision.denied' })
  type!: string;

  @ApiProperty({ enum: DELIVERY_STATUSES })
  status!: DeliveryStatus;

  @ApiProperty({ description: 'Attempts since it was queued, or sent again.' })
  attempts!: number;

  @ApiProperty({ type: String, nullable: true, format: 'date-time', description: 'null: no further attempt.' })
  next_attempt_at!: string | null;

  @ApiProperty({ type: [WebhookAttemptDto], description: 'The last attempts, the oldest first.' })
  log!: WebhookAttemptDto[];

  @ApiProperty({ format: 'date-time' })
  created_at!: string;

  @ApiProperty({ type: String, nullable: true, format: 'date-time' })
  finished_at!: string | null;
}

export class WebhookDeliveryPageDto {
  @ApiProperty({ type: [WebhookDeliveryDto], description: 'Newest first.' })
  items!: WebhookDeliveryDto[];

  @ApiProperty({ type: String, nullable: true })
  next_cursor!: string | null;
}
