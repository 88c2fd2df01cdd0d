import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type {
  AgentsNotice,
  ConfigNotice,
  ControlNotice,
  OrganizationsNotice,
  PolicyBeacon,
  PolicyNotice,
} from '@agion/wire';

const CONFIG_NOTICES = ['prompt.updated', 'model.updated', 'resource.updated'] as const;

/** What `agion:config:updates` says, once for each change. */
export class ConfigNoticeDto implements ConfigNotice {
  @ApiProperty({ enum: CONFIG_NOTICES })
  type!: ConfigNotice['type'];

  @ApiProperty({ example: 'data_analysis' })
  id!: string;

  @ApiProperty({ description: 'The location, purpose or name it is fetched by.', example: 'data_analysis' })
  key!: string;

  @ApiProperty({ type: 'integer', minimum: 1, example: 2 })
  version!: number;
}

/** What `agion:control` says: forget these credentials; ask for these agents again; at the default organization also: ask for the organizations again. */
export class ControlNoticeDto {
  @ApiProperty({ enum: ['credentials.revoked', 'agents.changed', 'organizations.changed'] })
  type!: (ControlNotice | AgentsNotice | OrganizationsNotice)['type'];

  @ApiPropertyOptional({ type: [String], example: ['k3v7c2m4n5p6q7r2'], description: 'Of `credentials.revoked`.' })
  credential_ids?: string[];

  @ApiPropertyOptional({ type: [String], example: ['support:triage'], description: 'Of `agents.changed`.' })
  agent_ids?: string[];
}

/** What `agion:policy:updates` says, once for each change and only on change. */
export class PolicyNoticeDto implements PolicyNotice {
  @ApiProperty({ enum: ['policy.updated'] })
  type!: 'policy.updated';

  @ApiProperty({ type: 'integer', minimum: 1, example: 187 })
  revision!: number;

  @ApiProperty({
    type: [String],
    description: 'The globs of the agents it can match; `*` for all of them.',
    example: ['langgraph-v2:*'],
  })
  agents!: string[];
}

/** What `agion:policy:beacon` says each second, so that nobody who missed a notice stays behind. */
export class PolicyBeaconDto implements PolicyBeacon {
  @ApiProperty({ type: 'integer', minimum: 0, example: 187 })
  revision!: number;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'Rises with each use of the kill switch.', example: 0 })
  epoch!: number;
}
