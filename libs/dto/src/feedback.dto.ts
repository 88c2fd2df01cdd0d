import { IsIn, IsInt, IsOptional, IsString, Matches, Max, MaxLength, Min, ValidateIf } from 'class-validator';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { AGENT_ID_PATTERN, TRUST_SOURCES } from '@agion/wire';
import { IsAgentId } from './identifiers.js';
import { NumberField } from './number-field.js';
import { IsText } from './text.js';

export const THUMBS = ['up', 'down'] as const;
export type Thumb = (typeof THUMBS)[number];

const RATING_RULE = { message: 'rating must be a whole number from 1 to 5, unless there is a thumb' };
const THUMB_RULE = { message: 'thumb must be up or down' };
const MAX_COMMENT = 2_000;

/** A rating is needed where there is no thumb. */
const unlessThumb = ({ rating, thumb }: { rating?: unknown; thumb?: unknown }): boolean =>
  rating !== undefined || thumb === undefined;

/** An entry of `feedback:submissions` and `agion:events:feedback` (wire contract, section 4), its fields read. */
export class FeedbackEntryDto {
  @ApiProperty({ example: 'langgraph-v2:chart_generator' })
  @Matches(AGENT_ID_PATTERN, { message: 'agent_id must be `name` or `container:name` in lower case' })
  agent_id!: string;

  @ApiPropertyOptional({ minimum: 1, maximum: 5, example: 4 })
  @ValidateIf(unlessThumb)
  @NumberField()
  @IsInt(RATING_RULE)
  @Min(1, RATING_RULE)
  @Max(5, RATING_RULE)
  rating?: number;

  @ApiPropertyOptional({ enum: THUMBS, description: 'Up counts as 4, down as 2; a rating wins over it.' })
  @IsOptional()
  @IsIn(THUMBS, THUMB_RULE)
  thumb?: Thumb;

  @ApiPropertyOptional({ description: 'Who repeats an entry gives it the same one. No colon: those are made by us.' })
  @IsOptional()
  @Matches(/^\w[\w.-]{0,99}$/, { message: 'event_id must be 1 to 100 of the characters A-Z a-z 0-9 _ . -' })
  event_id?: string;

  @ApiPropertyOptional({ description: 'Who gave it. Believed only of those who can prove it.' })
  @IsOptional()
  @IsText(200)
  user_id?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @IsText(200)
  execution_id?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @IsText(MAX_COMMENT, { min: 0, lines: true })
  comment?: string;

  @ApiPropertyOptional({ example: '2026-01-31T12:00:00Z', description: 'When it was given; else when Redis took it.' })
  @IsOptional()
  @IsString()
  @MaxLength(64)
  timestamp?: string;

  @ApiPropertyOptional({ description: 'Signature of the service or the agent that wrote it.' })
  @IsOptional()
  @IsString()
  @MaxLength(500)
  sig?: string;
}

/** What somebody says about an agent's work: a rating or a thumb. */
export class SubmitFeedbackDto {
  @ApiProperty({ example: 'support:triage' })
  @IsAgentId()
  agent_id!: string;

  @ApiPropertyOptional({ minimum: 1, maximum: 5, example: 4 })
  @ValidateIf(unlessThumb)
  @IsInt(RATING_RULE)
  @Min(1, RATING_RULE)
  @Max(5, RATING_RULE)
  rating?: number;

  @ApiPropertyOptional({ enum: THUMBS })
  @IsOptional()
  @IsIn(THUMBS, THUMB_RULE)
  thumb?: Thumb;

  @ApiPropertyOptional({ example: 'It found the right queue.' })
  @IsOptional()
  @IsText(MAX_COMMENT, { min: 0, lines: true })
  comment?: string;

  @ApiPropertyOptional({ description: 'What it is about.' })
  @IsOptional()
  @IsText(200)
  execution_id?: string;
}

export class FeedbackDto {
  @ApiProperty({ example: '0198c0de-0000-7000-8000-000000000001' })
  feedback_id!: string;

  @ApiProperty({ example: 'support:triage' })
  agent_id!: string;

  @ApiProperty({ minimum: 1, maximum: 5, example: 4 })
  rating!: number;

  @ApiProperty({ type: String, nullable: true })
  comment!: string | null;

  @ApiProperty({ type: String, nullable: true })
  execution_id!: string | null;

  @ApiProperty({ enum: TRUST_SOURCES, description: 'Whose word it counts as.' })
  source!: string;

  @ApiProperty({ format: 'date-time' })
  at!: string;
}
