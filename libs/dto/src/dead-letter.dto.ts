import {
  CONSUMED_STREAMS,
  DEAD_LETTER_KINDS,
  DEAD_LETTER_STATUSES,
  type DeadLetterKind,
  type DeadLetterStatus,
  type StreamName,
} from '@agion/wire';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsUUID } from 'class-validator';
import { IsAgentId } from './identifiers.js';
import { IsInstant } from './instant.js';
import { PageQueryDto } from './page.dto.js';
import { IsText } from './text.js';

/** How dead letters are searched. */
export class DeadLettersQueryDto extends PageQueryDto {
  @ApiPropertyOptional({ enum: CONSUMED_STREAMS, description: 'The stream an entry was in.' })
  @IsOptional()
  @IsIn(CONSUMED_STREAMS, { message: `must be one of ${CONSUMED_STREAMS.join(', ')}` })
  stream?: StreamName;

  @ApiPropertyOptional({ enum: DEAD_LETTER_STATUSES })
  @IsOptional()
  @IsIn(DEAD_LETTER_STATUSES, { message: `must be one of ${DEAD_LETTER_STATUSES.join(', ')}` })
  status?: DeadLetterStatus;

  @ApiPropertyOptional({ enum: DEAD_LETTER_KINDS })
  @IsOptional()
  @IsIn(DEAD_LETTER_KINDS, { message: `must be one of ${DEAD_LETTER_KINDS.join(', ')}` })
  kind?: DeadLetterKind;

  @ApiPropertyOptional({ example: 'support:triage', description: 'Whom an entry names.' })
  @IsOptional()
  @IsAgentId()
  agent_id?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Only what died then or later.' })
  @IsOptional()
  @IsInstant()
  since?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Only what died before then.' })
  @IsOptional()
  @IsInstant()
  until?: string;
}

export class DeadLetterIdParamDto {
  @ApiProperty({ format: 'uuid' })
  @IsUUID(undefined, { message: 'must be the id of a dead letter' })
  id!: string;
}

export class DiscardDeadLetterDto {
  @ApiProperty({ example: 'sent by a container of a test', description: 'Why it will never count.' })
  @IsText(1_000, { lines: true })
  reason!: string;
}

/** An entry that could not be handled. */
export class DeadLetterDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ enum: CONSUMED_STREAMS, description: 'Without the prefix of the organization.' })
  stream!: string;

  @ApiProperty({ example: '1795176000000-0', description: 'Its id in the stream when it came first.' })
  source_id!: string;

  @ApiProperty({ format: 'date-time', description: 'When Redis took it first; it will count for then.' })
  source_at!: string;

  @ApiProperty({ type: String, nullable: true, example: 'support:triage', description: 'Whom it names.' })
  agent_id!: string | null;

  @ApiProperty({
    enum: DEAD_LETTER_KINDS,
    description: '`permanent`: it could not work whenever it is tried. `exhausted`: it was tried as often as any.',
  })
  kind!: string;

  @ApiProperty({ example: 'organization `default` has no agent `support:triage`' })
  error!: string;

  @ApiProperty({
    description: 'How often it was handed over before it was given up, the last time it was in its stream.',
  })
  deliveries!: number;

  @ApiProperty({ format: 'date-time', description: 'When it was given up, the last time.' })
  failed_at!: string;

  @ApiProperty({ enum: DEAD_LETTER_STATUSES })
  status!: string;

  @ApiProperty({ description: 'How often it was put back into its stream.' })
  redrives!: number;

  @ApiProperty({ description: 'Bytes of names and values together.' })
  bytes!: number;

  @ApiProperty({ type: String, nullable: true, format: 'date-time' })
  settled_at!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Who put it back or discarded it.' })
  settled_by!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Why it was discarded.' })
  reason!: string | null;
}

export class DeadLetterPageDto {
  @ApiProperty({ type: [DeadLetterDto], description: 'Those that died last first.' })
  items!: DeadLetterDto[];

  @ApiProperty({ type: String, nullable: true })
  next_cursor!: string | null;
}

/** A dead letter with what the entry held. */
export class DeadLetterDetailDto extends DeadLetterDto {
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    nullable: true,
    description:
      'The fields as they came, without what looks like a secret; null when they are forgotten or unreadable.',
  })
  fields!: Record<string, string> | null;

  @ApiProperty({ description: 'Whether values are shown only in part, because there is much of them.' })
  shortened!: boolean;

  @ApiProperty({ type: String, nullable: true, description: 'Why it cannot be put back now; null: it can.' })
  obstacle!: string | null;
}
