import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, IsNumber, IsOptional, Matches, Max, Min } from 'class-validator';
import { SEVERITIES, TRUST_DIMENSIONS, TRUST_SOURCES, type TrustDimension, type TrustSource } from '@agion/wire';
import { IsInstant } from './instant.js';
import { PlainInteger, SignedNumber } from './plain-number.js';

const SEVERITY_WORDS = [...SEVERITIES, 'negative'];
const IMPACT_RULE = { message: 'must be a number from -1 to 1' };
const COUNT_RULE = { message: 'must be a whole number from 1 to 10000' };
const POINTS_RULE = { message: 'must be a whole number from 1 to 400' };

/** What a what-if supposes: so many events of a kind, now. */
export class ExplainTrustQueryDto {
  @ApiPropertyOptional({
    example: 'task_completed',
    description: 'What if such events came now: needs `severity` too.',
  })
  @IsOptional()
  @Matches(/^\w[\w.:-]{0,99}$/, { message: 'must be a name such as `task_completed`' })
  event_type?: string;

  @ApiPropertyOptional({ enum: SEVERITY_WORDS })
  @IsOptional()
  @IsIn(SEVERITY_WORDS, { message: `must be one of ${SEVERITY_WORDS.join(', ')}` })
  severity?: string;

  @ApiPropertyOptional({ minimum: -1, maximum: 1, default: 0.05, description: 'Its size counts.' })
  @IsOptional()
  @SignedNumber()
  @IsNumber({}, IMPACT_RULE)
  @Min(-1, IMPACT_RULE)
  @Max(1, IMPACT_RULE)
  impact = 0.05;

  @ApiPropertyOptional({ minimum: 1, maximum: 10_000, default: 1 })
  @IsOptional()
  @PlainInteger()
  @IsInt(COUNT_RULE)
  @Min(1, COUNT_RULE)
  @Max(10_000, COUNT_RULE)
  count = 1;

  @ApiPropertyOptional({ enum: TRUST_DIMENSIONS, description: 'Default: follows from the type.' })
  @IsOptional()
  @IsIn(TRUST_DIMENSIONS, { message: `must be one of ${TRUST_DIMENSIONS.join(', ')}` })
  dimension?: TrustDimension;

  @ApiPropertyOptional({ enum: TRUST_SOURCES, default: 'platform', description: 'Whose word it would be.' })
  @IsOptional()
  @IsIn(TRUST_SOURCES, { message: `must be one of ${TRUST_SOURCES.join(', ')}` })
  source: TrustSource = 'platform';
}

/** What a score would be. */
export class TrustWhatIfDto {
  @ApiProperty({ example: 651.2, description: '0 to 1000.' })
  score!: number;

  @ApiProperty({ example: 741.8, description: 'The same without ceilings.' })
  uncapped_score!: number;

  @ApiProperty({ example: 'standard' })
  tier!: string;

  @ApiProperty({ example: -38.4, description: 'Points more or less than now.' })
  change!: number;
}

/** Which time a history is asked about. */
export class TrustHistoryQueryDto {
  @ApiPropertyOptional({ format: 'date-time', description: 'Default: 89 days before `to`.' })
  @IsOptional()
  @IsInstant()
  from?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Default and at most: now.' })
  @IsOptional()
  @IsInstant()
  to?: string;

  @ApiPropertyOptional({ minimum: 1, maximum: 400, default: 90, description: 'Most points; at most one for each day.' })
  @IsOptional()
  @PlainInteger()
  @IsInt(POINTS_RULE)
  @Min(1, POINTS_RULE)
  @Max(400, POINTS_RULE)
  points = 90;
}

/** How an agent stood at the end of a UTC day. */
export class TrustHistoryPointDto {
  @ApiProperty({ format: 'date-time' })
  at!: string;

  @ApiProperty({ example: 612.4 })
  score!: number;

  @ApiProperty({ example: 741.8, description: 'The score without ceilings.' })
  uncapped_score!: number;

  @ApiProperty({ example: 'standard' })
  tier!: string;

  @ApiProperty({ type: [String], example: ['unverified'], description: 'The ceilings in force, the lowest first.' })
  ceilings!: string[];
}

export class TrustHistoryDto {
  @ApiProperty({ example: 'support:triage' })
  agent_id!: string;

  @ApiProperty({ type: [TrustHistoryPointDto], description: 'Oldest first.' })
  points!: TrustHistoryPointDto[];
}
