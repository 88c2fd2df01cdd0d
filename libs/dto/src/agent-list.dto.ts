import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsNumber, IsOptional, Matches, Max, Min } from 'class-validator';
import { AGENT_STATUSES, type AgentStatus } from '@agion/wire';
import { AgentDto } from './agent.dto.js';
import { PageQueryDto } from './page.dto.js';
import { PlainNumber } from './plain-number.js';
import { IsText } from './text.js';

const LABEL = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}(=\P{Cc}{0,200})?$/u;

/** Discovery. Filters add up. */
export class ListAgentsQueryDto extends PageQueryDto {
  @ApiPropertyOptional({ enum: AGENT_STATUSES })
  @IsOptional()
  @IsIn(AGENT_STATUSES, { message: `must be one of ${AGENT_STATUSES.join(', ')}` })
  status?: AgentStatus;

  @ApiPropertyOptional({ example: 'langgraph' })
  @IsOptional()
  @IsText(100)
  framework?: string;

  @ApiPropertyOptional({ example: 'classify_ticket' })
  @IsOptional()
  @IsText(100)
  capability?: string;

  @ApiPropertyOptional({ example: 'classification' })
  @IsOptional()
  @IsText(100)
  type?: string;

  @ApiPropertyOptional({ example: 'team=support', description: '`key=value`, or `key` for any value.' })
  @IsOptional()
  @Matches(LABEL, { message: 'must be `key` or `key=value`' })
  label?: string;

  @ApiPropertyOptional({
    example: 0.6,
    minimum: 0,
    maximum: 1,
    description:
      'Agents not scored yet do not count. A page may then hold fewer items than asked for: follow `next_cursor`.',
  })
  @IsOptional()
  @PlainNumber()
  @IsNumber({}, { message: 'must be a number from 0 to 1' })
  @Min(0, { message: 'must be a number from 0 to 1' })
  @Max(1, { message: 'must be a number from 0 to 1: trust scores of 0–1000 are divided by 1000' })
  min_trust?: number;
}

export class AgentPageDto {
  @ApiProperty({ type: [AgentDto] })
  items!: AgentDto[];

  @ApiProperty({ type: String, nullable: true })
  next_cursor!: string | null;
}
