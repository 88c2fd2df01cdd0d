import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { MatchedPolicyDto, PolicyErrorDto, WinningPolicyDto } from './decision.dto.js';
import { ObligationDto, PolicyDocumentDto } from './policy-document.dto.js';

/** A request to try policies on. */
export class PolicyTrialDto {
  @ApiProperty({ example: 'big' })
  name!: string;

  @ApiProperty({
    type: Object,
    description:
      'What is asked: `agent`, `action`, `resource`, `user`, `mission`, `env`, `arguments`, `context`, `now`. Agent and action may be left out where a policy is given: they are what its scope names first.',
    example: { agent: { trust: 0.4 }, context: { amount: 900 } },
  })
  input!: Record<string, unknown>;

  @ApiPropertyOptional({ enum: ['allow', 'deny'], description: 'Left out: the answer is told, and nothing fails.' })
  expect?: string;
}

/** Policies and requests to try them on. Checked by the policy engine, which names every fault at once. */
export class TestPoliciesDto {
  @ApiPropertyOptional({ type: PolicyDocumentDto, description: 'A policy that is not kept, whatever its status.' })
  policy?: PolicyDocumentDto;

  @ApiPropertyOptional({ type: [PolicyTrialDto], description: 'Up to 100; the tests the policy brings along if not.' })
  tests?: PolicyTrialDto[];

  @ApiPropertyOptional({
    enum: ['policy', 'active'],
    description:
      '`policy`, which is usual when one is given: the policy by itself, with the opposite of its effect where it does not match. `active`: all policies in force, with the given one in place of the one of its id.',
  })
  against?: 'policy' | 'active';
}

/** What became of one request. */
export class PolicyTestResultDto {
  @ApiProperty({ example: 'big' })
  name!: string;

  @ApiProperty({ type: Boolean, nullable: true, description: 'Null when nothing was expected.' })
  passed!: boolean | null;

  @ApiProperty({ type: String, nullable: true, enum: ['allow', 'deny', null] })
  expected!: string | null;

  @ApiProperty({ enum: ['allow', 'deny'] })
  decision!: string;

  @ApiProperty({ example: 'mail above 500 needs finance' })
  reason!: string;

  @ApiProperty({ type: [MatchedPolicyDto], description: 'The given policy has version 0.' })
  matched!: MatchedPolicyDto[];

  @ApiProperty({ type: WinningPolicyDto, nullable: true })
  winner!: WinningPolicyDto | null;

  @ApiProperty({ type: [String] })
  failing_terms!: string[];

  @ApiProperty({ type: [ObligationDto] })
  obligations!: ObligationDto[];

  @ApiPropertyOptional({
    enum: ['allow', 'deny'],
    description: 'What shadow policies would have made of it, where that differs.',
  })
  shadow_decision?: string;

  @ApiProperty({ type: [PolicyErrorDto] })
  errors!: PolicyErrorDto[];
}

export class PolicyTestReportDto {
  @ApiProperty({ description: 'Nothing that was expected came out otherwise.' })
  passed!: boolean;

  @ApiProperty({ enum: ['policy', 'active'] })
  against!: 'policy' | 'active';

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Of the policies in force; null when they were not asked.',
  })
  policy_revision!: number | null;

  @ApiProperty({ type: [PolicyTestResultDto] })
  results!: PolicyTestResultDto[];
}
