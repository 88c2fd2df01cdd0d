import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { DECISIONS } from '@agion/wire';
import { Type as Convert } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';

const COUNT = { type: 'integer', minimum: 0 } as const;
const MOST_DAYS = 400;

export class ShadowQueryDto {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: MOST_DAYS, default: 30, description: 'Days back.' })
  @IsOptional()
  @Convert(() => Number)
  @IsInt({ message: 'must be a whole number' })
  @Min(1)
  @Max(MOST_DAYS)
  days: number = 30;
}

/** What a version of a policy would have made of the decisions of a day. */
export class ShadowCountDto {
  @ApiProperty({ format: 'date' })
  day!: string;

  @ApiProperty({ type: 'integer' })
  version!: number;

  @ApiProperty({ ...COUNT, description: 'Matched, and would have denied.' })
  would_deny!: number;

  @ApiProperty({ ...COUNT, description: 'Matched, and would have allowed.' })
  would_allow!: number;

  @ApiProperty({ ...COUNT, description: 'Of these: what was decided would have come out so, and did not.' })
  changed!: number;
}

/** A decision that would have been another one. */
export class ShadowedDecisionDto {
  @ApiProperty({ format: 'uuid' })
  decision_id!: string;

  @ApiProperty()
  agent_id!: string;

  @ApiProperty()
  action!: string;

  @ApiProperty({ type: String, nullable: true })
  resource!: string | null;

  @ApiProperty({ enum: DECISIONS })
  decision!: string;

  @ApiProperty({ type: String, enum: [...DECISIONS, null], nullable: true })
  shadow_decision!: string | null;

  @ApiProperty({ format: 'date-time' })
  at!: string;
}

export class ShadowReportDto {
  @ApiProperty({ example: 'pol_email_cap' })
  policy_id!: string;

  @ApiProperty({ enum: ['enforce', 'shadow'], description: 'Of the version that counts now.' })
  mode!: string;

  @ApiProperty(COUNT)
  would_deny!: number;

  @ApiProperty(COUNT)
  would_allow!: number;

  @ApiProperty(COUNT)
  changed!: number;

  @ApiProperty({ type: [ShadowCountDto], description: 'The newest first.' })
  days!: ShadowCountDto[];

  @ApiProperty({ type: [ShadowedDecisionDto], description: 'The newest, up to 20.' })
  samples!: ShadowedDecisionDto[];
}
