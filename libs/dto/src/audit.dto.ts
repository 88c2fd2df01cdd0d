import { IsIn, IsObject, IsOptional, IsString, IsUUID, Matches, MaxLength } from 'class-validator';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInstant } from './instant.js';
import { JsonField } from './json-field.js';
import { PageQueryDto } from './page.dto.js';
import { IsText } from './text.js';

export const AUDIT_OUTCOMES = ['succeeded', 'denied', 'failed'] as const;
export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];

const TYPE = /^[a-z0-9][a-z0-9._-]{0,99}$/;
const TYPE_RULE = { message: 'type must be a name such as `agent.registered`' };

/** An entry of `agion:events:audit` (wire contract, section 4), its JSON fields read. */
export class AuditEntryDto {
  @ApiProperty({ format: 'uuid', description: 'UUIDv7. What it is recorded under, once.' })
  @IsUUID()
  event_id!: string;

  @ApiProperty({ example: 'agent.registered' })
  @Matches(TYPE, TYPE_RULE)
  type!: string;

  @ApiProperty({ type: 'object', additionalProperties: true, example: { kind: 'user', id: '9f3c' } })
  @JsonField()
  @IsObject({ message: 'actor must be a JSON object' })
  actor!: Record<string, unknown>;

  @ApiProperty({ type: 'object', additionalProperties: true, example: { kind: 'agent', id: 'demo:echo' } })
  @JsonField()
  @IsObject({ message: 'subject must be a JSON object' })
  subject!: Record<string, unknown>;

  @ApiProperty({ enum: AUDIT_OUTCOMES })
  @IsIn(AUDIT_OUTCOMES, { message: `outcome must be one of ${AUDIT_OUTCOMES.join(', ')}` })
  outcome!: AuditOutcome;

  @ApiProperty({ description: 'Ed25519 signature of the service that wrote it.', example: 'registry.kq1…' })
  @IsString({ message: 'sig must be the signature of a service' })
  sig!: string;

  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  @IsOptional()
  @JsonField()
  @IsObject({ message: 'details must be a JSON object' })
  details?: Record<string, unknown>;

  @ApiPropertyOptional({ example: '4bf92f3577b34da6a3ce929d0e0e4736' })
  @IsOptional()
  @Matches(/^[0-9a-f]{32}$/, { message: 'trace_id must be 32 hex digits' })
  trace_id?: string;

  @ApiPropertyOptional({ example: '2026-01-31T12:00:00Z', description: 'When it happened; else when Redis took it.' })
  @IsOptional()
  @IsString()
  @MaxLength(64)
  timestamp?: string;
}

/** How the trail is searched. */
export class AuditQueryDto extends PageQueryDto {
  @ApiPropertyOptional({ example: 'agent.registered' })
  @IsOptional()
  @Matches(TYPE, TYPE_RULE)
  type?: string;

  @ApiPropertyOptional({ description: 'Id of who did it.', example: '9f3c' })
  @IsOptional()
  @IsText(200)
  actor?: string;

  @ApiPropertyOptional({ example: 'agent' })
  @IsOptional()
  @IsText(200)
  subject_kind?: string;

  @ApiPropertyOptional({ example: 'demo:echo' })
  @IsOptional()
  @IsText(200)
  subject_id?: string;

  @ApiPropertyOptional({ enum: AUDIT_OUTCOMES })
  @IsOptional()
  @IsIn(AUDIT_OUTCOMES, { message: `outcome must be one of ${AUDIT_OUTCOMES.join(', ')}` })
  outcome?: AuditOutcome;

  @ApiPropertyOptional({ example: '2026-01-31T00:00:00Z', description: 'Not before this moment.' })
  @IsOptional()
  @IsInstant()
  from?: string;

  @ApiPropertyOptional({ example: '2026-02-01T00:00:00Z', description: 'Before this moment.' })
  @IsOptional()
  @IsInstant()
  to?: string;
}

/** One recorded fact. */
export class AuditEventDto {
  @ApiProperty({ format: 'uuid' })
  event_id!: string;

  @ApiProperty({ example: 'agent.registered' })
  type!: string;

  @ApiProperty({ type: 'object', additionalProperties: true, example: { kind: 'user', id: '9f3c' } })
  actor!: Record<string, unknown>;

  @ApiProperty({ type: 'object', additionalProperties: true, example: { kind: 'agent', id: 'demo:echo' } })
  subject!: Record<string, unknown>;

  @ApiProperty({ enum: AUDIT_OUTCOMES })
  outcome!: AuditOutcome;

  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true })
  details!: Record<string, unknown> | null;

  @ApiProperty({ example: 'registry', description: 'The service whose signature it carried.' })
  source!: string;

  @ApiProperty({ type: String, nullable: true, example: '4bf92f3577b34da6a3ce929d0e0e4736' })
  trace_id!: string | null;

  @ApiProperty({ format: 'date-time', description: 'When it happened.' })
  at!: string;

  @ApiProperty({ format: 'date-time', description: 'When it was written down.' })
  recorded_at!: string;
}

export class AuditPageDto {
  @ApiProperty({ type: [AuditEventDto], description: 'Newest first.' })
  items!: AuditEventDto[];

  @ApiProperty({ type: String, nullable: true })
  next_cursor!: string | null;
}
