import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { IsBoundedObject } from './bounded-json.js';
import { IsInstanceId } from './identifiers.js';
import { IsText } from './text.js';

/** Bytes of what an instance says about itself with every beat. */
const MAX_REPORT_BYTES = 8_192;

/** A sign of life. */
export class HeartbeatDto {
  @ApiPropertyOptional({ example: 'support-7c9f-x2x1', description: 'As given when it registered.' })
  @IsOptional()
  @IsInstanceId()
  instance_id?: string | null;

  @ApiPropertyOptional({ example: 'healthy', maxLength: 50, description: 'The instance’s own word about itself.' })
  @IsOptional()
  @IsText(50)
  status?: string | null;

  @ApiPropertyOptional({ example: 187, description: 'Revision of the policies it works by.' })
  @IsOptional()
  @IsInt({ message: 'must be a whole number' })
  @Min(0)
  @Max(2_147_483_647)
  applied_policy_revision?: number | null;

  @ApiPropertyOptional({
    example: 340,
    description:
      'Milliseconds since it changed to that revision, by a clock that never goes back; left out by one that began with it.',
  })
  @IsOptional()
  @IsInt({ message: 'must be a whole number' })
  @Min(0)
  @Max(2_147_483_647)
  applied_policy_age_ms?: number | null;

  @ApiPropertyOptional({ type: Object, example: { 'prompt:data_analysis': 3 } })
  @IsOptional()
  @IsBoundedObject(MAX_REPORT_BYTES)
  applied_config?: Record<string, unknown> | null;

  @ApiPropertyOptional({ type: Object, example: { requests: 120, errors: 0 } })
  @IsOptional()
  @IsBoundedObject(MAX_REPORT_BYTES)
  metrics?: Record<string, unknown> | null;
}

/** What the instance should know now. */
export class HeartbeatReplyDto {
  @ApiProperty({ example: 30 })
  lease_seconds!: number;

  @ApiProperty({ type: Number, nullable: true, example: 187, description: 'null: no policies were published yet.' })
  policy_revision!: number | null;

  @ApiProperty({ example: 0, description: 'Counts the times the kill switch was used.' })
  epoch!: number;

  @ApiProperty({ example: false, description: 'true: the agent must not act.' })
  stopped!: boolean;

  @ApiProperty({ type: Number, nullable: true, example: 0.5, description: '0–1; null: not scored yet.' })
  trust_score!: number | null;

  @ApiProperty({ type: [Object], example: [] })
  commands!: Record<string, unknown>[];
}
