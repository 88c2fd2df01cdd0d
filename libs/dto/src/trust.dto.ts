import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsUUID } from 'class-validator';
import { SEVERITIES, TRUST_DIMENSIONS, TRUST_SOURCES, TRUST_TIERS } from '@agion/wire';
import { IsAgentId } from './identifiers.js';
import { IsText } from './text.js';
import { TrustWhatIfDto } from './trust-questions.dto.js';

/** A cap on a score. */
export class TrustCeilingDto {
  @ApiProperty({ type: String, nullable: true, format: 'uuid', description: 'Null when it follows from the evidence.' })
  id!: string | null;

  @ApiProperty({ example: 'support:triage', description: 'The agent it was set for, or that it follows from.' })
  agent_id!: string;

  @ApiProperty({ enum: ['critical', 'fingerprint', 'unverified', 'delegation'] })
  kind!: string;

  @ApiProperty({ example: 299, description: '0 to 1000.' })
  limit!: number;

  @ApiProperty({ type: String, nullable: true, format: 'date-time' })
  since!: string | null;

  @ApiProperty({ type: String, nullable: true, format: 'date-time', description: 'When it ends by itself.' })
  until!: string | null;

  @ApiProperty({ description: 'What it is for.', example: 'a critical event' })
  reason!: string;

  @ApiProperty({ description: 'What ends it.', example: 'an operator, from 2026-02-07T12:00:00.000Z' })
  lifted_by!: string;
}

/** How far an agent is trusted now. */
export class TrustDto {
  @ApiProperty({ example: 'support:triage' })
  agent_id!: string;

  @ApiProperty({ example: 612.4, description: '0 to 1000.' })
  score!: number;

  @ApiProperty({ example: 0.6124, description: 'The same as 0 to 1: what policies and thresholds speak.' })
  trust_score!: number;

  @ApiProperty({ enum: TRUST_TIERS })
  tier!: string;

  @ApiProperty({ example: 0.83, description: 'n/(n+10) for n events.' })
  confidence!: number;

  @ApiProperty({ type: [TrustCeilingDto], description: 'Those in force, the lowest first.' })
  ceilings!: TrustCeilingDto[];
}

/** One of the four things trust is worked out from. */
export class TrustDimensionDto {
  @ApiProperty({ enum: TRUST_DIMENSIONS })
  dimension!: string;

  @ApiProperty({ example: 0.3, description: 'The exponent it has in the geometric mean.' })
  exponent!: number;

  @ApiProperty({
    example: 0.72,
    description: '(5 + positive) / (10 + positive + negative); 0.5 when nothing is known.',
  })
  p!: number;

  @ApiProperty({ example: 18.2, description: 'Evidence for, as far as it has not decayed.' })
  positive!: number;

  @ApiProperty({ example: 4.1, description: 'Evidence against, as far as it has not decayed.' })
  negative!: number;

  @ApiProperty({ example: -31.5, description: 'What the score would lose if nothing were known of it; negative: win.' })
  points!: number;
}

/** A kind of event and what it did to the score. */
export class TrustContributionDto {
  @ApiProperty({ example: 'policy_denied' })
  event_type!: string;

  @ApiProperty({ enum: TRUST_DIMENSIONS })
  dimension!: string;

  @ApiProperty({ enum: TRUST_SOURCES })
  source!: string;

  @ApiProperty({ example: 12 })
  events!: number;

  @ApiProperty({ example: -24, description: 'Weight of what has not decayed; negative: against the agent.' })
  weight!: number;

  @ApiProperty({ example: -38.4, description: 'Points of the score that are due to it, taken alone.' })
  points!: number;

  @ApiProperty({ format: 'date-time' })
  last_at!: string;
}

/** What the score would be if nothing happened any more. */
export class TrustOutlookDto {
  @ApiProperty({ example: 30 })
  days!: number;

  @ApiProperty({ example: 590.2 })
  score!: number;

  @ApiProperty({ example: 590.2, description: 'The same without ceilings.' })
  uncapped_score!: number;

  @ApiProperty({ enum: TRUST_TIERS })
  tier!: string;
}

/** What stands between an agent and the next tier. */
export class NextTierDto {
  @ApiProperty({ enum: TRUST_TIERS })
  tier!: string;

  @ApiProperty({ type: [String], example: ['87.6 points more', '12 more events by the platform or people'] })
  needs!: string[];
}

export class TrustExplanationDto extends TrustDto {
  @ApiProperty({ example: 741.8, description: 'The score without ceilings.' })
  uncapped_score!: number;

  @ApiProperty({ type: [TrustDimensionDto] })
  dimensions!: TrustDimensionDto[];

  @ApiProperty({ type: [TrustContributionDto], description: 'The largest first, whichever way they pull.' })
  contributions!: TrustContributionDto[];

  @ApiProperty({ type: [TrustOutlookDto] })
  outlook!: TrustOutlookDto[];

  @ApiProperty({ type: NextTierDto, nullable: true, description: 'Null at the highest.' })
  next_tier!: NextTierDto | null;

  @ApiPropertyOptional({ type: TrustWhatIfDto, description: 'What the events asked about would make of it.' })
  what_if?: TrustWhatIfDto;
}

/** One piece of evidence as it was recorded. */
export class TrustEventDto {
  @ApiProperty({ example: '0198c0de-0000-7000-8000-000000000001' })
  event_id!: string;

  @ApiProperty({ example: 'task_completed' })
  event_type!: string;

  @ApiProperty({ enum: SEVERITIES })
  severity!: string;

  @ApiProperty({ example: 0.05 })
  impact!: number;

  @ApiProperty({ enum: TRUST_DIMENSIONS })
  dimension!: string;

  @ApiProperty({
    enum: TRUST_SOURCES,
    description: 'Whose word it is, as far as it is proven.',
  })
  source!: string;

  @ApiProperty({
    example: 0.25,
    description: 'What it counted on its day; negative: takes back a vote that another has replaced.',
  })
  weight!: number;

  @ApiProperty({ type: String, nullable: true })
  reporter!: string | null;

  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true })
  context!: Record<string, unknown> | null;

  @ApiProperty({ format: 'date-time' })
  at!: string;
}

export class TrustEventPageDto {
  @ApiProperty({ type: [TrustEventDto], description: 'Newest first.' })
  items!: TrustEventDto[];

  @ApiProperty({ type: String, nullable: true })
  next_cursor!: string | null;
}

export class TrustCeilingParamDto {
  @ApiProperty({ example: 'support:triage' })
  @IsAgentId()
  agent_id!: string;

  @ApiProperty({ format: 'uuid' })
  @IsUUID(undefined, { message: 'must be the id of a ceiling' })
  id!: string;
}

export class ClearCeilingDto {
  @ApiProperty({ example: 'the tool that leaked was removed', description: 'Why; goes into the audit trail.' })
  @IsText(1_000, { lines: true })
  reason!: string;
}
