import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { DECISIONS } from '@agion/wire';
import { WinningPolicyDto } from './decision.dto.js';
import { PolicyDocumentDto } from './policy-document.dto.js';

const REASONS = ['inputs_gone', 'inputs_unreadable', 'inputs_truncated', 'inputs_redacted', 'attribute_missing'];
const COUNT = { type: 'integer', minimum: 0 } as const;

export class SimulationWindowDto {
  @ApiProperty({ format: 'date-time', description: 'Not before this moment. Contexts are kept for fourteen days.' })
  from!: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Before this moment; now unless told.' })
  to?: string;
}

/** Policies that are not in force, and decisions to try them on. Checked by the policy engine, which names every fault at once. */
export class SimulatePoliciesDto {
  @ApiPropertyOptional({
    type: PolicyDocumentDto,
    description:
      'A draft, in place of the policy of its id or besides the others. Taken as active and enforced whatever it says; `archived`: the policy of that id is taken out.',
  })
  policy?: PolicyDocumentDto;

  @ApiPropertyOptional({ type: [PolicyDocumentDto], description: 'Several, up to 50, in place of `policy`.' })
  policies?: PolicyDocumentDto[];

  @ApiProperty({ type: SimulationWindowDto })
  window!: SimulationWindowDto;

  @ApiPropertyOptional({ type: [String], example: ['langgraph-v2:*'], description: 'Only these agents.' })
  agents?: string[];

  @ApiPropertyOptional({ type: [String], example: ['send_*'], description: 'Only these actions.' })
  actions?: string[];

  @ApiPropertyOptional({ ...COUNT, maximum: 100, example: 20, description: 'Samples of each kind.' })
  limit?: number;
}

class SimulationCountDto {
  @ApiProperty(COUNT)
  changed!: number;

  @ApiProperty(COUNT)
  undecidable!: number;
}

export class SimulatedAgentDto extends SimulationCountDto {
  @ApiProperty({ example: 'langgraph-v2:chart_generator', description: '`*`: those beyond the first 500.' })
  agent_id!: string;
}

export class SimulatedActionDto extends SimulationCountDto {
  @ApiProperty({ example: 'send_email', description: '`*`: those beyond the first 500.' })
  action!: string;
}

export class SimulatedEffectDto {
  @ApiProperty({ enum: DECISIONS })
  from!: string;

  @ApiProperty({ enum: DECISIONS })
  to!: string;

  @ApiProperty(COUNT)
  count!: number;
}

/** A recorded decision, and what would have become of it. */
export class SimulatedDecisionDto {
  @ApiProperty({ format: 'uuid' })
  decision_id!: string;

  @ApiProperty()
  agent_id!: string;

  @ApiProperty()
  action!: string;

  @ApiProperty({ type: String, nullable: true })
  resource!: string | null;

  @ApiProperty({ format: 'date-time' })
  at!: string;

  @ApiProperty({ enum: DECISIONS, description: 'As it was decided.' })
  decision!: string;

  @ApiProperty({ type: String, enum: [...DECISIONS, null], nullable: true, description: 'With the drafts.' })
  would_be!: string | null;

  @ApiProperty({ type: String, enum: [...DECISIONS, null], nullable: true, description: 'By what is in force now.' })
  today!: string | null;

  @ApiProperty({ type: String, nullable: true })
  reason!: string | null;

  @ApiProperty({ type: WinningPolicyDto, nullable: true, description: 'A draft has version 0.' })
  winner!: WinningPolicyDto | null;

  @ApiProperty({ type: String, enum: [...REASONS, null], nullable: true })
  undecidable!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Which policy lacks what.' })
  detail!: string | null;
}

export class SimulationSamplesDto {
  @ApiProperty({ type: [SimulatedDecisionDto], description: 'The newest.' })
  changed!: SimulatedDecisionDto[];

  @ApiProperty({ type: [SimulatedDecisionDto], description: 'The newest.' })
  undecidable!: SimulatedDecisionDto[];
}

export class SimulationDto {
  @ApiProperty({ type: 'integer', description: 'Of the policies in force.' })
  policy_revision!: number;

  @ApiProperty({ type: SimulationWindowDto })
  window!: SimulationWindowDto;

  @ApiProperty({ description: 'False: there was too much of it. Go on with `through` as the end of the window.' })
  complete!: boolean;

  @ApiProperty({ format: 'date-time', description: 'Back to when decisions were replayed.' })
  through!: string;

  @ApiProperty({ ...COUNT, description: 'How many were looked at.' })
  decisions!: number;

  @ApiProperty(COUNT)
  unchanged!: number;

  @ApiProperty({ ...COUNT, description: 'Would have come out differently.' })
  changed!: number;

  @ApiProperty({
    ...COUNT,
    description: 'Of the changed: the policies in force now, without the drafts, make the same of them.',
  })
  changed_without_draft!: number;

  @ApiProperty({ ...COUNT, description: 'An attribute is missing, or what was asked is not at hand.' })
  undecidable!: number;

  @ApiProperty({ ...COUNT, description: 'No policy was asked: an unknown agent, a late request.' })
  not_by_policy!: number;

  @ApiProperty({ type: [SimulatedAgentDto], description: 'Those with most changes, up to 100.' })
  by_agent!: SimulatedAgentDto[];

  @ApiProperty({ type: [SimulatedActionDto], description: 'Those with most changes, up to 100.' })
  by_action!: SimulatedActionDto[];

  @ApiProperty({ type: [SimulatedEffectDto] })
  by_effect!: SimulatedEffectDto[];

  @ApiProperty({ type: 'object', additionalProperties: { type: 'integer' }, example: { inputs_gone: 12 } })
  undecidable_because!: Record<string, number>;

  @ApiProperty({ type: SimulationSamplesDto })
  samples!: SimulationSamplesDto;

  @ApiProperty({ type: 'integer', description: 'Milliseconds.' })
  took_ms!: number;
}
