import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { AGENT_STATUSES, type AgentStatus } from '@agion/wire';
import { IsAgentId, IsInstanceId } from './identifiers.js';
import { IsText } from './text.js';

/** What makes two builds of an agent the same or not. */
export class AgentFingerprintDto {
  @ApiPropertyOptional({ example: 'gpt-5-mini', description: 'Name or digest of the model.' })
  @IsOptional()
  @IsText(200)
  model?: string;

  @ApiPropertyOptional({ example: 'sha256:6f1c…', description: 'Digest of the prompts.' })
  @IsOptional()
  @IsText(200)
  prompt?: string;

  @ApiPropertyOptional({ example: 'git:9be1c02', description: 'Digest or commit of the code.' })
  @IsOptional()
  @IsText(200)
  code?: string;
}

export class AgentIdParamDto {
  @ApiProperty({ example: 'support:triage' })
  @IsAgentId()
  agent_id!: string;
}

export class EndInstanceQueryDto {
  @ApiPropertyOptional({ default: 'default', description: 'As given when it registered.' })
  @IsOptional()
  @IsInstanceId()
  instance_id = 'default';
}

/** An agent as it is known. */
export class AgentDto {
  @ApiProperty({ example: 'support:triage' })
  agent_id!: string;

  @ApiProperty({ example: 'Triage' })
  name!: string;

  @ApiProperty({ type: String, nullable: true, example: 'classification' })
  type!: string | null;

  @ApiProperty({ type: String, nullable: true, example: '2.1.0' })
  version!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'langgraph' })
  framework!: string | null;

  @ApiProperty({ type: [String], example: ['classify_ticket'] })
  capabilities!: string[];

  @ApiProperty({ type: String, nullable: true, example: 'support' })
  container_id!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'http://support:8000' })
  endpoint!: string | null;

  @ApiProperty({ type: AgentFingerprintDto, nullable: true })
  fingerprint!: AgentFingerprintDto | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: null,
    description: 'The agent on whose behalf it acts: it is never trusted further than that one.',
  })
  delegated_by!: string | null;

  @ApiProperty({ type: Object, example: { team: 'support' } })
  labels!: Record<string, string>;

  @ApiProperty({ type: Object, example: {} })
  metadata!: Record<string, unknown>;

  @ApiProperty({
    enum: AGENT_STATUSES,
    description: '`active → stale → offline` follows the heartbeat lease; `quarantined` and `retired` win over it.',
  })
  status!: AgentStatus;

  @ApiProperty({ example: 2, description: 'Instances whose lease is running.' })
  live_instances!: number;

  @ApiProperty({ type: String, nullable: true, format: 'date-time', description: 'Last registration or heartbeat.' })
  last_seen_at!: string | null;

  @ApiProperty({ format: 'date-time' })
  created_at!: string;

  @ApiProperty({ format: 'date-time' })
  updated_at!: string;

  @ApiProperty({ type: String, nullable: true, format: 'date-time' })
  retired_at!: string | null;
}

/** A running instance by the policies it has. */
export class InstancePoliciesDto {
  @ApiProperty({ example: 'support-7c9f-x2x1' })
  instance_id!: string;

  @ApiProperty({ type: Number, nullable: true, example: 187, description: 'null: it keeps none, or does not say.' })
  revision!: number | null;

  @ApiProperty({ type: String, nullable: true, format: 'date-time', description: 'When it took that one up.' })
  applied_at!: string | null;

  @ApiProperty({ format: 'date-time' })
  last_seen_at!: string;
}

/** Whether an agent works by the policies in force. */
export class AgentPoliciesDto {
  @ApiProperty({
    type: Number,
    nullable: true,
    example: 187,
    description:
      'Revision in force, as governance last said about this agent; null when it has not, or nobody can tell.',
  })
  revision!: number | null;

  @ApiProperty({ description: 'An instance works by an earlier one.' })
  stale!: boolean;

  @ApiProperty({ type: [InstancePoliciesDto] })
  instances!: InstancePoliciesDto[];
}

/** One agent, looked at closely. */
export class AgentDetailsDto extends AgentDto {
  @ApiProperty({ type: AgentPoliciesDto })
  policies!: AgentPoliciesDto;
}
