import { IsIn, IsObject, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { AGENT_ID_PATTERN, DECISION_PHASES, type DecisionPhase } from '@agion/wire';
import { IsBoundedObject, IsBoundedObjectField } from './bounded-json.js';
import { JsonField, Verbatim } from './json-field.js';
import { IsText } from './text.js';

/** Characters of an action, a correlation id and the ids a request names. */
export const MAX_DECISION_NAME = 200;
/** Characters of a signature. */
/** Characters of a time. */
export const MAX_TIMESTAMP = 64;
export const MAX_SIGNATURE = 500;
/** Characters of a resource: it may be a path or a URL. */
export const MAX_DECISION_RESOURCE = 1_000;
/** Milliseconds: one to an hour. */
export const TIMEOUT_PATTERN = /^(?!0+$)\d{1,7}$/;
/** Bytes of `context`, and of `arguments`, as JSON: the same over the streams and over HTTP. */
export const MAX_DECISION_BYTES = 256 * 1024;

const AGENT_ID_RULE = { message: 'agent_id must be `name` or `container:name` in lower case' };
const TIMEOUT_RULE = { message: 'timeout_ms must be a whole number from 1 to 9999999' };
/** What is said of a checkpoint there is none of. */
export const PHASE_RULE = { message: `phase must be one of ${DECISION_PHASES.join(', ')}` };

/** An entry of `governance:requests` (wire contract, section 4), its JSON fields read. */
export class DecisionRequestEntryDto {
  @ApiProperty({ example: '0198c0de-0000-7000-8000-000000000001', description: 'Comes back with the answer.' })
  @IsText(MAX_DECISION_NAME)
  correlation_id!: string;

  @ApiProperty({ example: 'langgraph-v2:chart_generator' })
  @Matches(AGENT_ID_PATTERN, AGENT_ID_RULE)
  agent_id!: string;

  @ApiProperty({ example: 'send_email' })
  @IsText(MAX_DECISION_NAME)
  action!: string;

  @ApiPropertyOptional({ type: 'object', additionalProperties: true, example: { amount: 120 } })
  @IsOptional()
  @IsBoundedObjectField(MAX_DECISION_BYTES)
  context?: Record<string, unknown>;

  @ApiPropertyOptional({ type: 'object', additionalProperties: true, example: { to: 'ada@example.com' } })
  @IsOptional()
  @IsBoundedObjectField(MAX_DECISION_BYTES)
  arguments?: Record<string, unknown>;

  @ApiPropertyOptional({ example: 'sales_db' })
  @IsOptional()
  @IsText(MAX_DECISION_RESOURCE)
  resource?: string;

  @ApiPropertyOptional({ description: 'For whom the agent says it acts. Recorded; no proof of anything.' })
  @IsOptional()
  @IsText(MAX_DECISION_NAME)
  user_id?: string;

  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsText(MAX_DECISION_NAME)
  mission_id?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @IsText(MAX_DECISION_NAME)
  session_id?: string;

  @ApiPropertyOptional({ description: 'Reserved: there are no approvals yet.' })
  @IsOptional()
  @IsText(MAX_DECISION_NAME)
  approval_id?: string;

  @ApiPropertyOptional({ enum: DECISION_PHASES, description: 'Which of the checkpoints of a call this is.' })
  @IsOptional()
  @IsIn(DECISION_PHASES, PHASE_RULE)
  phase?: DecisionPhase;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    description: 'Reserved: there are no limits yet.',
  })
  @IsOptional()
  @JsonField()
  @IsObject({ message: 'estimate must be a JSON object' })
  estimate?: Record<string, unknown>;

  @ApiPropertyOptional({
    example: 'governance:responses:langgraph-v2',
    description:
      'Where the answer goes: the reply stream of the container of `agent_id`, or of one instance of it. Anything else is refused.',
  })
  @IsOptional()
  @IsString()
  reply_to?: string;

  @ApiPropertyOptional({ example: '5000', description: 'Milliseconds from the time of the entry. Default 5000.' })
  @IsOptional()
  @Matches(TIMEOUT_PATTERN, TIMEOUT_RULE)
  timeout_ms?: string;

  @ApiPropertyOptional({
    example: '2026-01-31T12:00:00Z',
    description: 'When it was asked. The decision is filed under this time when the agent has signed it.',
  })
  @IsOptional()
  @IsString()
  @MaxLength(MAX_TIMESTAMP)
  timestamp?: string;

  @ApiPropertyOptional({
    example: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    description: 'The trace it belongs to (W3C). One that cannot be read is ignored.',
  })
  @IsOptional()
  @IsString()
  traceparent?: string;

  @ApiPropertyOptional({ description: 'Signature of the service or the agent that wrote it.' })
  @IsOptional()
  @IsString()
  @MaxLength(MAX_SIGNATURE)
  sig?: string;
}

/** The same question over HTTP. */
export class CheckDto {
  @ApiProperty({
    example: 'langgraph-v2:chart_generator',
    description: 'The caller itself, or an agent of its container.',
  })
  @Matches(AGENT_ID_PATTERN, AGENT_ID_RULE)
  agent_id!: string;

  @ApiProperty({ example: 'send_email' })
  @IsText(MAX_DECISION_NAME)
  action!: string;

  @ApiPropertyOptional({ type: 'object', additionalProperties: true, example: { amount: 120 } })
  @IsOptional()
  @Verbatim()
  @IsBoundedObject(MAX_DECISION_BYTES)
  context?: Record<string, unknown>;

  @ApiPropertyOptional({ type: 'object', additionalProperties: true, example: { to: 'ada@example.com' } })
  @IsOptional()
  @Verbatim()
  @IsBoundedObject(MAX_DECISION_BYTES)
  arguments?: Record<string, unknown>;

  @ApiPropertyOptional({ example: 'sales_db' })
  @IsOptional()
  @IsText(MAX_DECISION_RESOURCE)
  resource?: string;

  @ApiPropertyOptional({ description: 'Comes back with the answer.' })
  @IsOptional()
  @IsText(MAX_DECISION_NAME)
  correlation_id?: string;

  @ApiPropertyOptional({ description: 'For whom the agent says it acts. Recorded; no proof of anything.' })
  @IsOptional()
  @IsText(MAX_DECISION_NAME)
  user_id?: string;

  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsText(MAX_DECISION_NAME)
  mission_id?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @IsText(MAX_DECISION_NAME)
  session_id?: string;

  @ApiPropertyOptional({ description: 'Reserved: there are no approvals yet.' })
  @IsOptional()
  @IsText(MAX_DECISION_NAME)
  approval_id?: string;

  @ApiPropertyOptional({ enum: DECISION_PHASES })
  @IsOptional()
  @IsIn(DECISION_PHASES, PHASE_RULE)
  phase?: DecisionPhase;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    description: 'Reserved: there are no limits yet.',
  })
  @IsOptional()
  @Verbatim()
  @IsBoundedObject(4_096)
  estimate?: Record<string, unknown>;
}
