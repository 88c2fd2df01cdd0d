import { Type as Convert } from 'class-transformer';
import { IsIn, IsInt, IsNumber, IsObject, IsOptional, Max, Min, ValidateNested } from 'class-validator';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { AGENT_ID_PATTERN, MISSION_STATUSES, type MissionStatus } from '@agion/wire';
import { IsInstant } from './instant.js';
import { MissionEventDto } from './mission-event.dto.js';
import { MAX_PLAN_STEPS, PlanStepDto } from './mission-plan.dto.js';
import { IsObjectList } from './object-list.js';
import { PageQueryDto } from './page.dto.js';
import { IsText } from './text.js';
import { IsUniqueList } from './unique-list.js';

/** What a mission may use up. */
export class MissionBudgetDto {
  @ApiPropertyOptional({ minimum: 1, example: 200_000 })
  @IsOptional()
  @IsInt({ message: 'tokens must be a whole number' })
  @Min(1)
  @Max(1e12)
  tokens?: number;

  @ApiPropertyOptional({ minimum: 0, example: 5 })
  @IsOptional()
  @IsNumber({}, { message: 'usd must be a number' })
  @Min(0)
  @Max(1e9)
  usd?: number;
}

export class CreateMissionDto {
  @ApiProperty({ example: 'Quarterly report', minLength: 1, maxLength: 200 })
  @IsText(200)
  name!: string;

  @ApiProperty({ example: 'A report of the third quarter with two charts', minLength: 1, maxLength: 4000 })
  @IsText(4000, { lines: true })
  goal!: string;

  @ApiPropertyOptional({ type: [PlanStepDto], maxItems: MAX_PLAN_STEPS, default: [] })
  @IsOptional()
  @IsObjectList(() => PlanStepDto, MAX_PLAN_STEPS)
  plan?: PlanStepDto[];

  @ApiPropertyOptional({ type: [String], example: ['langgraph-v2:chart_generator'], default: [] })
  @IsOptional()
  @IsUniqueList({ max: 200, pattern: AGENT_ID_PATTERN, each: '`name` or `container:name` in lower case' })
  participants?: string[];

  @ApiPropertyOptional({ type: MissionBudgetDto })
  @IsOptional()
  @IsObject({ message: 'budget must be a JSON object' })
  @ValidateNested({ message: 'budget must be a JSON object' })
  @Convert(() => MissionBudgetDto)
  budget?: MissionBudgetDto;

  @ApiPropertyOptional({ example: '2026-12-31T12:00:00Z', description: 'Lies in the future.' })
  @IsOptional()
  @IsInstant()
  deadline?: string;
}

export class MissionsQueryDto extends PageQueryDto {
  @ApiPropertyOptional({ enum: MISSION_STATUSES })
  @IsOptional()
  @IsIn(MISSION_STATUSES, { message: `status must be one of ${MISSION_STATUSES.join(', ')}` })
  status?: MissionStatus;
}

/** A mission as it stands in a list. */
export class MissionSummaryDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ example: 'Quarterly report' })
  name!: string;

  @ApiProperty({ example: 'A report of the third quarter with two charts' })
  goal!: string;

  @ApiProperty({ enum: MISSION_STATUSES })
  status!: MissionStatus;

  @ApiProperty({ type: [String], example: ['langgraph-v2:chart_generator'] })
  participants!: string[];

  @ApiProperty({ type: MissionBudgetDto, nullable: true })
  budget!: MissionBudgetDto | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  deadline!: string | null;

  @ApiProperty({ example: 'user:9f3c', description: 'Kind and id of who created it.' })
  created_by!: string;

  @ApiProperty({ format: 'date-time' })
  created_at!: string;

  @ApiProperty({ format: 'date-time' })
  updated_at!: string;
}

/** A mission as it was created, with its plan. */
export class MissionDto extends MissionSummaryDto {
  @ApiProperty({ type: [PlanStepDto] })
  plan!: PlanStepDto[];
}

/** A mission as it stands. */
export class MissionDetailDto extends MissionDto {
  @ApiProperty({ type: [MissionEventDto], description: 'The latest 20 reports of agents, newest first.' })
  recent_events!: MissionEventDto[];
}

export class MissionPageDto {
  @ApiProperty({ type: [MissionSummaryDto], description: 'Newest first.' })
  items!: MissionSummaryDto[];

  @ApiProperty({ type: String, nullable: true })
  next_cursor!: string | null;
}
