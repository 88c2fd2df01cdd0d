import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

/** What a policy is called. */
export class PolicyMetadataDto {
  @ApiProperty({ example: 'pol_email_cap', description: 'Chosen, and the id of the policy for life.' })
  id!: string;

  @ApiPropertyOptional({ example: 'Cap on e-mail' })
  name?: string;

  @ApiPropertyOptional({ type: Object, example: { framework: 'soc2' } })
  labels?: Record<string, string>;
}

/** Where a policy applies: globs, in which `*` stands for any characters. */
export class PolicyScopeDto {
  @ApiPropertyOptional({ type: [String], example: ['langgraph-v2:*'] })
  agents?: string[];

  @ApiPropertyOptional({ type: [String], example: ['send_email'] })
  actions?: string[];

  @ApiPropertyOptional({ type: [String], example: ['*'] })
  resources?: string[];
}

/** What has to be done with a request that a policy matches, allowed or denied. */
export class ObligationDto {
  @ApiProperty({ enum: ['redact', 'log'] })
  type!: string;

  @ApiPropertyOptional({
    example: 'context.body',
    description: 'Of `redact`: below `context` or `arguments`; a list on the way stands for each of its elements.',
  })
  path?: string;

  @ApiPropertyOptional({ enum: ['info', 'warn', 'error'], description: 'Of `log`; `info` unless said.' })
  level?: string;

  @ApiPropertyOptional({ example: 'mail left the house', description: 'Of `log`: part of the line.' })
  message?: string;
}

/** A case the policy has to decide by itself, or it is not accepted. */
export class PolicyTestDto {
  @ApiProperty({ example: 'big' })
  name!: string;

  @ApiProperty({
    type: Object,
    description:
      'What is asked: `agent`, `action`, `resource`, `user`, `mission`, `env`, `arguments`, `context`, `now`.',
    example: { agent: { trust: 0.4 }, context: { amount: 900 } },
  })
  input!: Record<string, unknown>;

  @ApiProperty({ enum: ['allow', 'deny'] })
  expect!: string;
}

/** What a policy says. Checked by the policy engine, which names every fault at once. */
export class PolicySpecDto {
  @ApiPropertyOptional({ enum: ['draft', 'active', 'archived'], description: 'Only active ones decide.' })
  status?: string;

  @ApiPropertyOptional({
    enum: ['enforce', 'shadow'],
    description: '`shadow`: evaluated and recorded, and never changes what happens.',
  })
  mode?: string;

  @ApiPropertyOptional({ type: 'integer', example: 500, description: 'Orders explanations; decides nothing.' })
  priority?: number;

  @ApiPropertyOptional({
    enum: ['platform', 'organization', 'agent'],
    description:
      'Who may write it: `organization` needs an admin, `agent` an operator; `platform` is for the installation.',
  })
  tier?: string;

  @ApiPropertyOptional({ type: PolicyScopeDto })
  scope?: PolicyScopeDto;

  @ApiPropertyOptional({ example: 'agent.trust < 0.7 || context.amount > 500.0', description: 'CEL; must be boolean.' })
  condition?: string;

  @ApiProperty({ enum: ['allow', 'deny'] })
  effect!: string;

  @ApiPropertyOptional({ type: [ObligationDto], description: 'What is to be done with each request it matches.' })
  obligations?: ObligationDto[];

  @ApiPropertyOptional({ example: 'Mail above 500 or low trust needs finance' })
  message?: string;

  @ApiPropertyOptional({ type: [PolicyTestDto] })
  tests?: PolicyTestDto[];
}

/** A policy as people write it. */
export class PolicyDocumentDto {
  @ApiProperty({ enum: ['agion/v1'] })
  apiVersion!: string;

  @ApiProperty({ enum: ['Policy'] })
  kind!: string;

  @ApiProperty({ type: PolicyMetadataDto })
  metadata!: PolicyMetadataDto;

  @ApiProperty({ type: PolicySpecDto })
  spec!: PolicySpecDto;
}
