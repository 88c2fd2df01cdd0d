import { ApiProperty } from '@nestjs/swagger';

export const EVENT_KINDS = ['trust', 'feedback', 'mission', 'decision', 'report'] as const;
export type EventKind = (typeof EVENT_KINDS)[number];
/** Most events of one request. */
export const MAX_EVENTS = 500;

/** What became of a request that reported events. */
export class EventsAcceptedDto {
  @ApiProperty({ example: 100, description: 'How many came.' })
  received!: number;

  @ApiProperty({ example: 98, description: 'How many of them were taken in.' })
  accepted!: number;

  @ApiProperty({ example: 2, description: 'How many were known by their `event_id`, and so changed nothing.' })
  duplicates!: number;
}
