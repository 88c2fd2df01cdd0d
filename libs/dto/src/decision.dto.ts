import { IsIn, IsOptional, Matches } from 'class-validator';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  AGENT_ID_PATTERN,
  DECISION_PHASES,
  DECISION_SOURCES,
  DECISIONS,
  type DecisionEffect,
  type DecisionPhase,
  type DecisionSource,
} from '@agion/wire';
import { REPORT_STATUSES, type ReportStatus } from './execution-report.dto.js';
import { IsInstant } from './instant.js';
import { PageQueryDto } from './page.dto.js';
import { IsText } from './text.js';

/** What became of a decision: what its last report says. */
export const DECISION_OUTCOMES = [...REPORT_STATUSES, 'none'] as const;
type DecisionOutcome = ReportStatus | 'none';

const INPUTS_STATES = ['kept', 'gone', 'unreadable', 'none'];

/** A policy that had a say. */
export class MatchedPolicyDto {
  @ApiProperty({ example: 'pol_email_cap' })
  policy!: string;

  @ApiProperty({ example: 3 })
  version!: number;

  @ApiProperty({ enum: DECISIONS })
  effect!: string;

  @ApiProperty({ example: 500 })
  priority!: number;
}

/** The policy that decided. */
export class WinningPolicyDto {
  @ApiProperty({ example: 'pol_email_cap' })
  policy!: string;

  @ApiProperty({ example: 3 })
  version!: number;
}

/** A policy that could not be evaluated; one that forbids then counts as matching. */
export class PolicyErrorDto {
  @ApiProperty({ example: 'pol_email_cap' })
  policy!: string;

  @ApiProperty()
  detail!: string;
}

/** What was decided, and why. */
export class DecisionOutcomeDto {
  @ApiProperty({ format: 'uuid' })
  decision_id!: string;

  @ApiProperty({ enum: DECISIONS, description: 'What is to be obeyed.' })
  decision!: DecisionEffect;

  @ApiProperty({ description: 'True for `allow` alone.' })
  allowed!: boolean;

  @ApiProperty({ type: [MatchedPolicyDto] })
  matched!: MatchedPolicyDto[];

  @ApiProperty({
    type: WinningPolicyDto,
    nullable: true,
    description: 'Null when no policy decided but the default did.',
  })
  winner!: WinningPolicyDto | null;

  @ApiProperty({ example: 'mail above 500 needs finance' })
  reason!: string;

  @ApiProperty({ type: [String], description: 'Terms of conditions that were not met.' })
  failing_terms!: string[];

  @ApiProperty({ type: [Object] })
  obligations!: unknown[];

  @ApiProperty({ type: [PolicyErrorDto] })
  errors!: PolicyErrorDto[];

  @ApiPropertyOptional({
    enum: DECISIONS,
    description: 'What shadow policies would have made of it, where that differs.',
  })
  shadow_decision?: string;

  @ApiProperty({ type: Number, nullable: true, example: 187, description: 'Null when no policy was asked.' })
  policy_revision!: number | null;

  @ApiProperty({ type: Number, nullable: true, minimum: 0, maximum: 1, example: 0.5 })
  trust_score!: number | null;

  @ApiProperty({ type: Number, nullable: true, description: 'Microseconds the evaluation took.' })
  eval_us!: number | null;

  @ApiProperty({ enum: DECISION_SOURCES, description: 'Made by an SDK, asked for over the streams, or over HTTP.' })
  source!: DecisionSource;

  @ApiPropertyOptional({ description: 'As the request had it.' })
  correlation_id?: string;
}

/** A decision as the ledger has it. */
export class DecisionDto extends DecisionOutcomeDto {
  @ApiProperty({ example: 'langgraph-v2:chart_generator' })
  agent_id!: string;

  @ApiProperty({ example: 'send_email' })
  action!: string;

  @ApiProperty({ type: String, nullable: true, example: 'sales_db' })
  resource!: string | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description: 'At most 8 KB; null when it is not at hand.',
  })
  context!: Record<string, unknown> | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description: 'At most 8 KB; null when they are not at hand.',
  })
  arguments!: Record<string, unknown> | null;

  @ApiProperty({
    enum: INPUTS_STATES,
    description:
      'Whether context and arguments are at hand: `gone` after fourteen days, `unreadable` when the key they were encrypted with is not known any more, `none` when no policy was asked.',
  })
  inputs!: string;

  @ApiProperty({ description: 'Context or arguments were too large to be kept.' })
  truncated!: boolean;

  @ApiProperty({ description: 'False: it was read after its deadline, and the agent got no answer.' })
  answered!: boolean;

  @ApiProperty({ type: String, nullable: true, description: 'Stream the answer went to.' })
  reply_to!: string | null;

  @ApiProperty({ type: String, nullable: true })
  mission_id!: string | null;

  @ApiProperty({ type: String, nullable: true })
  session_id!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'As the agent claimed.' })
  user_id!: string | null;

  @ApiProperty({
    enum: DECISION_PHASES,
    nullable: true,
    description: 'Which checkpoint of a call it was. Null when nobody said so, or when no policy was asked.',
  })
  phase!: DecisionPhase | null;

  @ApiProperty({ type: String, nullable: true })
  execution_id!: string | null;

  @ApiProperty({
    enum: DECISION_OUTCOMES,
    description: 'What became of it, as the last execution report of the agent about it says; `none` without one.',
  })
  outcome!: DecisionOutcome;

  @ApiProperty({ format: 'date-time', description: 'When it was decided.' })
  at!: string;

  @ApiProperty({ format: 'date-time' })
  recorded_at!: string;
}

export class DecisionPageDto {
  @ApiProperty({ type: [DecisionDto], description: 'Newest first.' })
  items!: DecisionDto[];

  @ApiProperty({ type: String, nullable: true })
  next_cursor!: string | null;
}

/** How the ledger is searched. */
export class DecisionsQueryDto extends PageQueryDto {
  @ApiPropertyOptional({ example: 'langgraph-v2:chart_generator' })
  @IsOptional()
  @Matches(AGENT_ID_PATTERN, { message: 'agent_id must be `name` or `container:name` in lower case' })
  agent_id?: string;

  @ApiPropertyOptional({ example: 'send_email' })
  @IsOptional()
  @IsText(200)
  action?: string;

  @ApiPropertyOptional({ enum: DECISIONS })
  @IsOptional()
  @IsIn(DECISIONS, { message: `decision must be one of ${DECISIONS.join(', ')}` })
  decision?: DecisionEffect;

  @ApiPropertyOptional({ enum: DECISION_SOURCES })
  @IsOptional()
  @IsIn(DECISION_SOURCES, { message: `source must be one of ${DECISION_SOURCES.join(', ')}` })
  source?: DecisionSource;

  @ApiPropertyOptional({
    enum: DECISION_OUTCOMES,
    description: 'What became of it. A rare outcome is found faster within `from` and `to`.',
  })
  @IsOptional()
  @IsIn(DECISION_OUTCOMES, { message: `outcome must be one of ${DECISION_OUTCOMES.join(', ')}` })
  outcome?: DecisionOutcome;

  @ApiPropertyOptional({ example: '2026-01-31T00:00:00Z', description: 'Not before this moment.' })
  @IsOptional()
  @IsInstant()
  from?: string;

  @ApiPropertyOptional({ example: '2026-02-01T00:00:00Z', description: 'Before this moment.' })
  @IsOptional()
  @IsInstant()
  to?: string;
}
