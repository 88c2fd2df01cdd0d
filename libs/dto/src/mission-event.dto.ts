import { IsObject, IsOptional, IsString, IsUUID, Matches, MaxLength } from 'class-validator';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { AGENT_ID_PATTERN } from '@agion/wire';
import { JsonField } from './json-field.js';

const NAME = /^\w[\w.:-]{0,99}$/;

/** An entry of `agion:events:missions` (wire contract, section 4), its JSON fields read. */
export class MissionEventEntryDto {
  @ApiProperty({ format: 'uuid' })
  @IsUUID(undefined, { message: 'mission_id must be the id of a mission' })
  mission_id!: string;

  @ApiProperty({ example: 'langgraph-v2:chart_generator' })
  @Matches(AGENT_ID_PATTERN, { message: 'agent_id must be `name` or `container:name` in lower case' })
  agent_id!: string;

  @ApiProperty({ example: 'task.completed' })
  @Matches(NAME, { message: 'event_type must be a name such as `task.completed`' })
  event_type!: string;

  @ApiPropertyOptional({ description: 'Who repeats an entry gives it the same one. No colon: those are made by us.' })
  @IsOptional()
  @Matches(/^\w[\w.-]{0,99}$/, { message: 'event_id must be 1 to 100 of the characters A-Z a-z 0-9 _ . -' })
  event_id?: string;

  @ApiPropertyOptional({ example: 'collect' })
  @IsOptional()
  @Matches(NAME, { message: 'task_id must be a name such as `collect`' })
  task_id?: string;

  @ApiPropertyOptional({ type: 'object', additionalProperties: true, example: { rows: 1200 } })
  @IsOptional()
  @JsonField()
  @IsObject({ message: 'payload must be a JSON object' })
  payload?: Record<string, unknown>;

  @ApiPropertyOptional({ example: '2026-01-31T12:00:00Z', description: 'When it happened; else when Redis took it.' })
  @IsOptional()
  @IsString()
  @MaxLength(64)
  timestamp?: string;

  @ApiPropertyOptional({ description: 'Signature of the service or the agent that wrote it.' })
  @IsOptional()
  @IsString()
  @MaxLength(500)
  sig?: string;
}

/** What an agent reported about a mission. */
export class MissionEventDto {
  @ApiProperty({ example: '0198c0de-0000-7000-8000-000000000001' })
  event_id!: string;

  @ApiProperty({ example: 'langgraph-v2:chart_generator' })
  agent_id!: string;

  @ApiProperty({ example: 'task.completed' })
  event_type!: string;

  @ApiProperty({ type: String, nullable: true, example: 'collect' })
  task_id!: string | null;

  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true })
  payload!: Record<string, unknown> | null;

  @ApiProperty({ format: 'date-time' })
  at!: string;
}
