import { IsIn, IsNumber, IsOptional, IsString, Matches, Max, MaxLength, Min, ValidateIf } from 'class-validator';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { AGENT_ID_PATTERN, SEVERITIES, TRUST_DIMENSIONS, VALUED_EVENTS, type TrustDimension } from '@agion/wire';
import { IsBoundedObjectField } from './bounded-json.js';
import { NumberField } from './number-field.js';
import { IsText } from './text.js';

const SEVERITY_WORDS = [...SEVERITIES, 'negative'];
const IMPACT_RULE = { message: 'impact must be a number from -1 to 1' };
export const EVENT_TYPE_PATTERN = /^\w[\w.:-]{0,99}$/;
export const EVENT_ID_PATTERN = /^\w[\w.-]{0,99}$/;
/** Bytes of an event's context. */
export const MAX_EVENT_CONTEXT = 8_192;

const isValued = (type: unknown): boolean => typeof type === 'string' && VALUED_EVENTS.has(type);

/** An entry of `agion:events:trust` (wire contract, section 4), its JSON fields read. */
export class TrustEventEntryDto {
  @ApiProperty({ example: 'langgraph-v2:chart_generator', description: 'Whom it speaks of.' })
  @Matches(AGENT_ID_PATTERN, { message: 'agent_id must be `name` or `container:name` in lower case' })
  agent_id!: string;

  @ApiProperty({ example: 'task_completed' })
  @Matches(EVENT_TYPE_PATTERN, { message: 'event_type must be a name such as `task_completed`' })
  event_type!: string;

  @ApiProperty({
    enum: SEVERITY_WORDS,
    description: '`negative` is `minor`. Where an event of the type `guardrail_blocked` does not say, it is `minor`.',
  })
  @ValidateIf(({ event_type: type, severity }: TrustEventEntryDto) => severity !== undefined || !isValued(type))
  @IsIn(SEVERITY_WORDS, { message: `severity must be one of ${SEVERITY_WORDS.join(', ')}` })
  severity?: string;

  @ApiProperty({
    minimum: -1,
    maximum: 1,
    example: 0.05,
    description:
      'Its size counts; 0.05 is usual, and what counts where an event of the type `guardrail_blocked` does not say.',
  })
  @NumberField()
  @ValidateIf(({ event_type: type, impact }: TrustEventEntryDto) => impact !== undefined || !isValued(type))
  @IsNumber({}, IMPACT_RULE)
  @Min(-1, IMPACT_RULE)
  @Max(1, IMPACT_RULE)
  impact?: number;

  @ApiPropertyOptional({ description: 'Who repeats an entry gives it the same one. No colon: those are made by us.' })
  @IsOptional()
  @Matches(EVENT_ID_PATTERN, { message: 'event_id must be 1 to 100 of the characters A-Z a-z 0-9 _ . -' })
  event_id?: string;

  @ApiPropertyOptional({ enum: TRUST_DIMENSIONS, description: 'Default: follows from the type.' })
  @IsOptional()
  @IsIn(TRUST_DIMENSIONS, { message: `dimension must be one of ${TRUST_DIMENSIONS.join(', ')}` })
  dimension?: TrustDimension;

  @ApiPropertyOptional({ description: 'Who says so. Believed only of those who can prove it.' })
  @IsOptional()
  @IsText(200)
  reporter?: string;

  @ApiPropertyOptional({ type: 'object', additionalProperties: true, description: 'At most 8 KB.' })
  @IsOptional()
  @IsBoundedObjectField(MAX_EVENT_CONTEXT)
  context?: Record<string, unknown>;

  @ApiPropertyOptional({ example: '2026-01-31T12:00:00Z', description: 'When it happened; else when Redis took it.' })
  @IsOptional()
  @IsString()
  @MaxLength(64)
  timestamp?: string;

  @ApiPropertyOptional({
    description: 'Signature of the service or the agent that wrote it.',
    example: 'execution.kq1…',
  })
  @IsOptional()
  @IsString()
  @MaxLength(500)
  sig?: string;
}
