import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type as Convert } from 'class-transformer';
import { IsObject, IsOptional, Matches, MaxLength, ValidateNested } from 'class-validator';
import { AgentDto, AgentFingerprintDto } from './agent.dto.js';
import { IsBoundedObject, IsLabels } from './bounded-json.js';
import { IsAgentId, IsContainerId, IsInstanceId, IsNewAgentId } from './identifiers.js';
import { IsText } from './text.js';
import { IsUniqueList } from './unique-list.js';

/** Bytes of free-form metadata as JSON. */
const MAX_METADATA_BYTES = 16_384;

/** An agent introducing itself. Whatever is left out is taken for empty: a registration describes the agent completely. */
export class RegisterAgentDto {
  @ApiProperty({
    example: 'support:triage',
    description: '`container:name`, or `name`: a container’s own token completes it.',
  })
  @IsNewAgentId()
  agent_id!: string;

  @ApiProperty({ example: 'Triage', maxLength: 200 })
  @IsText(200)
  name!: string;

  @ApiPropertyOptional({ example: 'classification', maxLength: 100 })
  @IsOptional()
  @IsText(100)
  type?: string | null;

  @ApiPropertyOptional({ example: '2.1.0', maxLength: 100 })
  @IsOptional()
  @IsText(100)
  version?: string | null;

  @ApiPropertyOptional({ example: 'langgraph', maxLength: 100 })
  @IsOptional()
  @IsText(100)
  framework?: string | null;

  @ApiPropertyOptional({ type: [String], maxItems: 100, example: ['classify_ticket'] })
  @IsOptional()
  @IsUniqueList({
    max: 100,
    pattern: /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}$/,
    each: '1 to 100 letters, digits, `.`, `_`, `:`, `/` and `-`',
  })
  capabilities?: string[] | null;

  @ApiPropertyOptional({ example: 'support', description: 'Default: the part of the agent id before the colon.' })
  @IsOptional()
  @IsContainerId()
  container_id?: string | null;

  @ApiPropertyOptional({ example: 'support-7c9f-x2x1', description: 'One running process. Default: `default`.' })
  @IsOptional()
  @IsInstanceId()
  instance_id?: string | null;

  @ApiPropertyOptional({ example: 'http://support:8000', description: 'Where the container answers.' })
  @IsOptional()
  @Matches(/^https?:\/\/[^\s@]+$/, { message: 'must be an http:// or https:// URL without user and password' })
  @MaxLength(500)
  endpoint?: string | null;

  @ApiPropertyOptional({ type: AgentFingerprintDto })
  @IsOptional()
  @IsObject({ message: 'must be an object' })
  @ValidateNested()
  @Convert(() => AgentFingerprintDto)
  fingerprint?: AgentFingerprintDto | null;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    example: 'support:lead',
    description:
      'The agent on whose behalf it acts: it is never trusted further than that one. Left out, it stays as it is; only an operator takes it away or names another.',
  })
  @IsOptional()
  @IsAgentId()
  delegated_by?: string | null;

  @ApiPropertyOptional({ type: Object, example: { team: 'support' }, description: 'What `?label=` finds it by.' })
  @IsOptional()
  @IsLabels()
  labels?: Record<string, string> | null;

  @ApiPropertyOptional({ type: Object, example: { owner: 'support@example.com' } })
  @IsOptional()
  @IsBoundedObject(MAX_METADATA_BYTES)
  metadata?: Record<string, unknown> | null;
}

/** What a registered agent needs to begin. */
export class RegistrationDto {
  @ApiProperty({ type: AgentDto })
  agent!: AgentDto;

  @ApiPropertyOptional({ description: 'Shown once. Absent when the caller proved itself by a token of its own.' })
  token?: string;

  @ApiPropertyOptional({
    example: 'agion_stk_…',
    description:
      'What the agent signs its stream entries with (see getStreamKey). Absent for a person who gets no token either.',
  })
  stream_key?: string;

  @ApiProperty({ example: 30, description: 'Send a heartbeat about every third of it.' })
  lease_seconds!: number;

  @ApiProperty({ type: Number, nullable: true, example: 187, description: 'null: no policies were published yet.' })
  policy_revision!: number | null;

  @ApiProperty({ example: 'default', description: 'Slug of the organization.' })
  organization!: string;

  @ApiProperty({ example: '', description: 'Stands before every Redis name of the organization.' })
  redis_prefix!: string;

  @ApiProperty({ type: Number, nullable: true, example: 0.5, description: '0–1; null: not scored yet.' })
  trust!: number | null;
}
