import { IsIn, IsNumber, IsOptional, IsString, Matches, MaxLength, Min } from 'class-validator';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { AGENT_ID_PATTERN, TRUST_SOURCES } from '@agion/wire';
import { IsBoundedObjectField } from './bounded-json.js';
import { IsInstant } from './instant.js';
import { NumberField } from './number-field.js';
import { IsText } from './text.js';

export const REPORT_STATUSES = ['succeeded', 'failed', 'cancelled', 'timed_out'] as const;
export type ReportStatus = (typeof REPORT_STATUSES)[number];

const DURATION_RULE = { message: 'duration_ms must be a number, 0 or more' };
const MAX_ID = 200;
const MAX_FACTS = 8_192;

/** An entry of `executions:reports` (wire contract, section 4), its JSON fields read. */
export class ExecutionReportEntryDto {
  @ApiProperty({ description: 'UUIDv7. What it is recorded under, once.' })
  @Matches(/^\w[\w.:-]{0,99}$/, { message: 'report_id must be 1 to 100 of the characters A-Z a-z 0-9 _ . : -' })
  report_id!: string;

  @ApiProperty({ example: 'langgraph-v2:chart_generator' })
  @Matches(AGENT_ID_PATTERN, { message: 'agent_id must be `name` or `container:name` in lower case' })
  agent_id!: string;

  @ApiProperty({ example: 'send_email' })
  @IsText(MAX_ID)
  action!: string;

  @ApiProperty({ enum: REPORT_STATUSES })
  @IsIn(REPORT_STATUSES, { message: `status must be one of ${REPORT_STATUSES.join(', ')}` })
  status!: ReportStatus;

  @ApiPropertyOptional()
  @IsOptional()
  @IsText(MAX_ID)
  execution_id?: string;

  @ApiPropertyOptional({ description: 'The decision that allowed it.' })
  @IsOptional()
  @IsText(MAX_ID)
  decision_id?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @IsText(MAX_ID)
  mission_id?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @IsText(MAX_ID)
  task_id?: string;

  @ApiPropertyOptional({ example: '2026-01-31T12:00:00Z' })
  @IsOptional()
  @IsInstant()
  started_at?: string;

  @ApiPropertyOptional({ minimum: 0, example: 812.5 })
  @IsOptional()
  @NumberField()
  @IsNumber({}, DURATION_RULE)
  @Min(0, DURATION_RULE)
  duration_ms?: number;

  @ApiPropertyOptional({ description: 'What went wrong: text, or JSON.', example: 'the mail server refused it' })
  @IsOptional()
  @IsText(MAX_FACTS, { min: 0, lines: true })
  error?: string;

  @ApiPropertyOptional({ type: 'object', additionalProperties: true, example: { tokens: 1200 } })
  @IsOptional()
  @IsBoundedObjectField(MAX_FACTS)
  usage?: Record<string, unknown>;

  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  @IsOptional()
  @IsBoundedObjectField(MAX_FACTS)
  metrics?: Record<string, unknown>;

  @ApiPropertyOptional({ description: 'Signature of the service or the agent that wrote it.' })
  @IsOptional()
  @IsString()
  @MaxLength(500)
  sig?: string;
}

/** How an execution ended, as it was recorded. */
export class ExecutionReportDto {
  @ApiProperty({ example: '0198c0de-0000-7000-8000-000000000001' })
  report_id!: string;

  @ApiProperty({ example: 'send_email' })
  action!: string;

  @ApiProperty({ enum: REPORT_STATUSES })
  status!: ReportStatus;

  @ApiProperty({ enum: TRUST_SOURCES, description: 'Whose word it is: a service’s, or the agent’s own.' })
  source!: string;

  @ApiProperty({ type: String, nullable: true })
  execution_id!: string | null;

  @ApiProperty({ type: String, nullable: true })
  task_id!: string | null;

  @ApiProperty({ type: String, nullable: true, format: 'date-time' })
  started_at!: string | null;

  @ApiProperty({ type: Number, nullable: true, example: 812.5 })
  duration_ms!: number | null;

  @ApiProperty({ type: String, nullable: true })
  error!: string | null;

  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true, example: { tokens: 1200 } })
  usage!: Record<string, unknown> | null;

  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true })
  metrics!: Record<string, unknown> | null;

  @ApiProperty({ format: 'date-time' })
  at!: string;
}

export class DecisionReportsDto {
  @ApiProperty({ format: 'uuid' })
  decision_id!: string;

  @ApiProperty({ type: [ExecutionReportDto], description: 'Oldest first, at most 100.' })
  items!: ExecutionReportDto[];
}
