import { IsArray, IsIn, IsObject, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { AGENT_ID_PATTERN, DECISION_PHASES, DECISIONS, type DecisionEffect, type DecisionPhase } from '@agion/wire';
import { MAX_DECISION_NAME, MAX_DECISION_RESOURCE, PHASE_RULE } from './decision-request.dto.js';
import { IsInstant } from './instant.js';
import { JsonField } from './json-field.js';
import { IsText } from './text.js';

/** The ledger is kept by the time ids begin with. Version 8 is the platform's own: nobody takes the place of what it is about to record. */
const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

/** An entry of `agion:events:decisions` (wire contract, section 4), its JSON fields read. */
export class LocalDecisionEntryDto {
  @ApiProperty({ format: 'uuid', description: 'UUIDv7 of the moment it was made. What it is recorded under, once.' })
  @Matches(UUID_V7, { message: 'decision_id must be a UUID of version 7' })
  decision_id!: string;

  @ApiProperty({ example: 'langgraph-v2:chart_generator' })
  @Matches(AGENT_ID_PATTERN, { message: 'agent_id must be `name` or `container:name` in lower case' })
  agent_id!: string;

  @ApiProperty({ example: 'send_email' })
  @IsText(MAX_DECISION_NAME)
  action!: string;

  @ApiProperty({ enum: DECISIONS })
  @IsIn(DECISIONS, { message: `decision must be one of ${DECISIONS.join(', ')}` })
  decision!: DecisionEffect;

  @ApiProperty({ example: '187' })
  @Matches(/^\d{1,9}$/, { message: 'policy_revision must be a whole number' })
  policy_revision!: string;

  @ApiProperty({ example: '2026-01-31T12:00:00Z' })
  @IsInstant()
  at!: string;

  @ApiPropertyOptional({
    example: '{"policy":"pol_email_cap","version":3}',
    description: 'JSON, or the policy id alone.',
  })
  @IsOptional()
  @IsText(1_000)
  winner?: string;

  @ApiPropertyOptional({ type: 'array', items: { type: 'object', additionalProperties: true } })
  @IsOptional()
  @JsonField()
  @IsArray({ message: 'policies must be a JSON array' })
  policies?: unknown[];

  @ApiPropertyOptional({ type: 'object', additionalProperties: true, description: 'Redacted, at most 8 KB.' })
  @IsOptional()
  @JsonField()
  @IsObject({ message: 'context must be a JSON object' })
  context?: Record<string, unknown>;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    description:
      'Redacted; with the context at most 8 KB. Without them a policy on arguments cannot be explained later.',
  })
  @IsOptional()
  @JsonField()
  @IsObject({ message: 'arguments must be a JSON object' })
  arguments?: Record<string, unknown>;

  @ApiPropertyOptional({ example: 'sales_db' })
  @IsOptional()
  @IsText(MAX_DECISION_RESOURCE)
  resource?: string;

  @ApiPropertyOptional({ example: 'mail above 500 needs finance' })
  @IsOptional()
  @IsText(2_000, { lines: true })
  reason?: string;

  @ApiPropertyOptional({ enum: DECISIONS })
  @IsOptional()
  @IsIn(DECISIONS, { message: `shadow_decision must be one of ${DECISIONS.join(', ')}` })
  shadow_decision?: DecisionEffect;

  @ApiPropertyOptional({
    type: 'array',
    items: { type: 'object', additionalProperties: true },
    description: 'Shadow policies that match.',
  })
  @IsOptional()
  @JsonField()
  @IsArray({ message: 'shadow_policies must be a JSON array' })
  shadow_policies?: unknown[];

  @ApiPropertyOptional({
    type: 'array',
    items: { type: 'object', additionalProperties: true },
    description: 'What had to be done; what they redact is redacted in the context.',
  })
  @IsOptional()
  @JsonField()
  @IsArray({ message: 'obligations must be a JSON array' })
  obligations?: unknown[];

  @ApiPropertyOptional({ example: '0.5', description: 'Decimal from 0 to 1.' })
  @IsOptional()
  @Matches(/^(0|1|0?\.\d{1,17}|1\.0+)$/, { message: 'trust_score must be a decimal from 0 to 1' })
  trust_score?: string;

  @ApiPropertyOptional({ type: 'array', items: { type: 'object', additionalProperties: true } })
  @IsOptional()
  @JsonField()
  @IsArray({ message: 'errors must be a JSON array' })
  errors?: unknown[];

  @ApiPropertyOptional({
    enum: ['unavailable'],
    description: 'It could not be decided, and so was a denial: the policies were stale. It counts as no violation.',
  })
  @IsOptional()
  @IsIn(['unavailable'], { message: 'error must be `unavailable`' })
  error?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @IsText(MAX_DECISION_NAME)
  execution_id?: string;

  @ApiPropertyOptional({ example: '12.5', description: 'Microseconds.' })
  @IsOptional()
  @Matches(/^\d{1,9}(\.\d{1,9})?$/, { message: 'eval_us must be a number' })
  eval_us?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @IsText(MAX_DECISION_NAME)
  mission_id?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @IsText(MAX_DECISION_NAME)
  session_id?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @IsText(MAX_DECISION_NAME)
  user_id?: string;

  @ApiPropertyOptional({ enum: DECISION_PHASES, description: 'Which of the checkpoints of a call it was.' })
  @IsOptional()
  @IsIn(DECISION_PHASES, PHASE_RULE)
  phase?: DecisionPhase;

  @ApiPropertyOptional({ description: 'Signature of the service or the agent that wrote it.' })
  @IsOptional()
  @IsString()
  @MaxLength(500)
  sig?: string;
}
