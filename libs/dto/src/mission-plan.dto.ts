import { IsBoolean, IsInt, IsNumber, IsObject, IsOptional, Matches, Max, Min } from 'class-validator';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { AGENT_ID_PATTERN, NAME_PATTERN } from '@agion/wire';
import { Verbatim } from './json-field.js';
import { IsText } from './text.js';
import { IsUniqueList } from './unique-list.js';

/** Steps of one plan. */
export const MAX_PLAN_STEPS = 200;

/** One step of a mission's plan. It names the agent that does it, or the capability it needs. */
export class PlanStepDto {
  @ApiProperty({ example: 'collect', description: 'Unique in the plan.' })
  @Matches(NAME_PATTERN, { message: 'id must be a name in lower case such as `collect-data`' })
  id!: string;

  @ApiProperty({ example: 'Collect the figures', minLength: 1, maxLength: 200 })
  @IsText(200)
  title!: string;

  @ApiPropertyOptional({ example: 'langgraph-v2:chart_generator', description: 'Either this or `capability`.' })
  @IsOptional()
  @Matches(AGENT_ID_PATTERN, { message: 'agent_id must be `name` or `container:name` in lower case' })
  agent_id?: string;

  @ApiPropertyOptional({ example: 'data.query', description: 'Either this or `agent_id`.' })
  @IsOptional()
  @Matches(/^[\w][\w.:-]{0,99}$/, { message: 'capability must be a name such as `data.query`' })
  capability?: string;

  @ApiProperty({ example: 'query_sales', description: 'What the agent is asked to do; policies are about it.' })
  @Matches(/^[\w][\w.:/-]{0,199}$/, { message: 'action must be a name such as `query_sales`' })
  action!: string;

  @ApiPropertyOptional({ type: 'object', additionalProperties: true, example: { quarter: '2026-Q3' }, default: {} })
  @IsOptional()
  @Verbatim()
  @IsObject({ message: 'input must be a JSON object' })
  input?: Record<string, unknown>;

  @ApiPropertyOptional({ type: [String], default: [], description: 'Ids of the steps that come before it.' })
  @IsOptional()
  @IsUniqueList({ max: MAX_PLAN_STEPS, pattern: NAME_PATTERN, each: 'the id of a step' })
  depends_on?: string[];

  @ApiPropertyOptional({ minimum: 1, maximum: 86_400 })
  @IsOptional()
  @IsInt({ message: 'timeout_seconds must be a whole number' })
  @Min(1)
  @Max(86_400)
  timeout_seconds?: number;

  @ApiPropertyOptional({ minimum: 0, maximum: 10 })
  @IsOptional()
  @IsInt({ message: 'retries must be a whole number' })
  @Min(0)
  @Max(10)
  retries?: number;

  @ApiPropertyOptional({ description: 'A person must say yes before it starts.' })
  @IsOptional()
  @IsBoolean()
  requires_approval?: boolean;

  @ApiPropertyOptional({ minimum: 0, maximum: 1, example: 0.6 })
  @IsOptional()
  @IsNumber({}, { message: 'min_trust must be a number' })
  @Min(0)
  @Max(1)
  min_trust?: number;
}
