import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type as Convert } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import { IsAgentId, IsChosenId } from './identifiers.js';
import { PageQueryDto } from './page.dto.js';
import { PolicyDocumentDto } from './policy-document.dto.js';

export const POLICY_STATUSES = ['draft', 'active', 'archived'] as const;
export const POLICY_TIERS = ['platform', 'organization', 'agent'] as const;

const MAX_VERSION = 2_147_483_647;

export class PolicyIdParamDto {
  @ApiProperty({ example: 'pol_email_cap' })
  @IsChosenId()
  id!: string;
}

export class PolicyVersionParamDto extends PolicyIdParamDto {
  @ApiProperty({ example: 2 })
  @Convert(() => Number)
  @IsInt({ message: 'must be a whole number' })
  @Min(1)
  @Max(MAX_VERSION)
  version!: number;
}

/** With `agent_id`: what that agent needs to decide by itself, whole. Without: a page of the organization's policies. */
export class PoliciesQueryDto extends PageQueryDto {
  @ApiPropertyOptional({ example: 'langgraph-v2:chart_generator', description: 'Asks for the sync document of it.' })
  @IsOptional()
  @IsAgentId()
  agent_id?: string;

  @ApiPropertyOptional({
    enum: POLICY_STATUSES,
    description: 'With `agent_id` only `active`, which is the default then.',
  })
  @IsOptional()
  @IsIn(POLICY_STATUSES, { message: `must be one of ${POLICY_STATUSES.join(', ')}` })
  status?: (typeof POLICY_STATUSES)[number];

  @ApiPropertyOptional({ enum: POLICY_TIERS })
  @IsOptional()
  @IsIn(POLICY_TIERS, { message: `must be one of ${POLICY_TIERS.join(', ')}` })
  tier?: (typeof POLICY_TIERS)[number];

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    description: 'With `agent_id`: a revision the caller has; the answer is what has changed since.',
  })
  @IsOptional()
  @Convert(() => Number)
  @IsInt({ message: 'must be a whole number' })
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  since?: number;
}

/** The current version of a policy. Sent back to PUT it is the next one; what is not of the document is left aside then. */
export class PolicyDto extends PolicyDocumentDto {
  @ApiProperty({ type: 'integer', example: 3 })
  version!: number;

  @ApiProperty({ example: 'user:6f2a…' })
  created_by!: string;

  @ApiProperty({ format: 'date-time', description: 'When this version was made.' })
  updated_at!: string;
}

export class PolicyPageDto {
  @ApiProperty({ type: [PolicyDto] })
  items!: PolicyDto[];

  @ApiProperty({ type: String, nullable: true })
  next_cursor!: string | null;
}

export class PolicyVersionDto {
  @ApiProperty({ type: 'integer', example: 2 })
  version!: number;

  @ApiProperty({ description: 'The version that counts now. It decides when the policy is active.' })
  current!: boolean;

  @ApiProperty({ example: 'user:6f2a…' })
  created_by!: string;

  @ApiProperty({ format: 'date-time' })
  created_at!: string;

  @ApiProperty({ type: PolicyDocumentDto, description: 'The document as it was written.' })
  document!: PolicyDocumentDto;
}

export class PolicyVersionPageDto {
  @ApiProperty({ type: [PolicyVersionDto] })
  items!: PolicyVersionDto[];

  @ApiProperty({ type: String, nullable: true })
  next_cursor!: string | null;
}

/** The document would be accepted. If not, the answer is the problem that creating it would meet. */
export class PolicyValidationDto {
  @ApiProperty({ enum: [true] })
  valid!: true;
}
