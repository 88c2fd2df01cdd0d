import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { MatchedPolicyDto } from './decision.dto.js';

/** The fields of an entry of `governance:responses` (wire contract, section 4). Written by the platform, so nothing validates it. */
export class DecisionReplyEntryDto {
  @ApiProperty({ description: 'As the request had it.', example: '0198c0de-0000-7000-8000-000000000001' })
  correlation_id!: string;

  @ApiProperty({ format: 'uuid' })
  decision_id!: string;

  @ApiProperty({ enum: ['allow', 'deny', 'require_approval'], description: 'What is to be obeyed.' })
  decision!: string;

  @ApiProperty({ description: 'True for `allow` alone.' })
  allowed!: boolean;

  @ApiProperty({ example: 'mail above 500 needs finance' })
  reason!: string;

  @ApiProperty({ type: 'integer', example: 187, description: '0 when no policy was asked.' })
  policy_revision!: number;

  @ApiPropertyOptional({ type: [MatchedPolicyDto], description: 'Those that had a say, the winner first.' })
  policies?: MatchedPolicyDto[];

  @ApiPropertyOptional({ type: [Object] })
  obligations?: unknown[];

  @ApiPropertyOptional({ minimum: 0, maximum: 1, example: 0.5 })
  trust_score?: number;

  @ApiPropertyOptional({ enum: ['allow', 'deny', 'require_approval'] })
  shadow_decision?: string;

  @ApiPropertyOptional({ description: 'Microseconds the evaluation took.' })
  eval_us?: number;

  @ApiPropertyOptional({ description: 'The trace the request belongs to (W3C), where it named one.' })
  traceparent?: string;

  @ApiPropertyOptional({ enum: ['unavailable'], description: 'It could not be decided, and so is a denial.' })
  error?: string;
}
