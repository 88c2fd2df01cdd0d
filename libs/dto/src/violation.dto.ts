import { IsIn, IsOptional, IsUUID } from 'class-validator';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { VIOLATION_KINDS, VIOLATION_STATUSES, type ViolationKind, type ViolationStatus } from '@agion/wire';
import { IsAgentId } from './identifiers.js';
import { PageQueryDto } from './page.dto.js';
import { IsText } from './text.js';

export class ViolationsQueryDto extends PageQueryDto {
  @ApiPropertyOptional({ example: 'support:triage' })
  @IsOptional()
  @IsAgentId()
  agent_id?: string;

  @ApiPropertyOptional({ enum: VIOLATION_KINDS })
  @IsOptional()
  @IsIn(VIOLATION_KINDS, { message: `must be one of ${VIOLATION_KINDS.join(', ')}` })
  kind?: ViolationKind;

  @ApiPropertyOptional({ enum: VIOLATION_STATUSES })
  @IsOptional()
  @IsIn(VIOLATION_STATUSES, { message: `must be one of ${VIOLATION_STATUSES.join(', ')}` })
  status?: ViolationStatus;
}

export class ViolationIdParamDto {
  @ApiProperty({ format: 'uuid' })
  @IsUUID(undefined, { message: 'must be the id of a violation' })
  id!: string;
}

export class MoveViolationDto {
  @ApiPropertyOptional({ example: 'the policy was too strict' })
  @IsOptional()
  @IsText(1_000, { lines: true })
  note?: string;
}

/** Something that went against the rules. */
export class ViolationDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ enum: VIOLATION_KINDS })
  kind!: string;

  @ApiProperty({ example: 'support:triage' })
  agent_id!: string;

  @ApiProperty({ enum: ['minor', 'major', 'critical'] })
  severity!: string;

  @ApiProperty({ example: '`send_email` was denied' })
  summary!: string;

  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true })
  details!: Record<string, unknown> | null;

  @ApiProperty({ type: String, nullable: true })
  decision_id!: string | null;

  @ApiProperty({ enum: VIOLATION_STATUSES })
  status!: string;

  @ApiProperty({ format: 'date-time' })
  at!: string;

  @ApiProperty({ type: String, nullable: true, format: 'date-time' })
  acknowledged_at!: string | null;

  @ApiProperty({ type: String, nullable: true })
  acknowledged_by!: string | null;

  @ApiProperty({ type: String, nullable: true, format: 'date-time' })
  resolved_at!: string | null;

  @ApiProperty({ type: String, nullable: true })
  resolved_by!: string | null;

  @ApiProperty({ type: String, nullable: true })
  note!: string | null;
}

export class ViolationPageDto {
  @ApiProperty({ type: [ViolationDto], description: 'Newest first.' })
  items!: ViolationDto[];

  @ApiProperty({ type: String, nullable: true })
  next_cursor!: string | null;
}
