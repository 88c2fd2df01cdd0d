import { ApiProperty } from '@nestjs/swagger';
import { PolicyDocumentDto } from './policy-document.dto.js';

/** A policy in force. */
export class SyncedPolicyDto extends PolicyDocumentDto {
  @ApiProperty({ type: 'integer', example: 3 })
  version!: number;
}

class SyncedActionDto {
  @ApiProperty({ example: 'send_email' })
  name!: string;

  @ApiProperty({ enum: ['low', 'medium', 'high'] })
  risk!: string;

  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true })
  context_schema!: Record<string, unknown> | null;
}

class SignedStateDto {
  @ApiProperty({ type: 'integer', example: 187, description: 'Counts the changes of policies in the organization.' })
  revision!: number;

  @ApiProperty({ type: 'integer', example: 3, description: 'Counts uses of the kill switch.' })
  epoch!: number;

  @ApiProperty({ description: 'The kill switch is on: nothing is allowed.' })
  stopped!: boolean;

  @ApiProperty({
    example: 'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    description:
      "SHA-256, in hex, of the RFC 8785 form of this agent's policies as they stand in `policies`, sorted by id.",
  })
  hash!: string;

  @ApiProperty({ enum: ['allow', 'deny'], description: 'What holds where no policy matches.' })
  default_effect!: 'allow' | 'deny';

  @ApiProperty({
    description:
      'Ed25519, base64url, over the RFC 8785 form of {organization, agent_id, revision, epoch, stopped, default_effect, hash}; `organization` is the slug that registration answers. Keys: `/.well-known/agion-keys`.',
  })
  signature!: string;

  @ApiProperty({
    type: [SyncedActionDto],
    description: "What is known of the actions that this agent's policies are about, by name; whole in each answer.",
  })
  actions!: SyncedActionDto[];

  @ApiProperty({
    description: 'Ed25519, base64url, over the RFC 8785 form of {organization, agent_id, revision, actions}.',
  })
  actions_signature!: string;
}

/** All that an agent needs to decide by itself: every policy in force that can match it, whole. */
export class PolicySyncDto extends SignedStateDto {
  @ApiProperty({ type: [SyncedPolicyDto], description: 'Sorted by id.' })
  policies!: SyncedPolicyDto[];
}

/** What has changed for an agent since a revision. `hash` and `signature` are those of the result. */
export class PolicyDeltaDto extends SignedStateDto {
  @ApiProperty({ type: 'integer', example: 180 })
  since!: number;

  @ApiProperty({ type: [SyncedPolicyDto], description: 'New ones and those that have changed, sorted by id.' })
  upserted!: SyncedPolicyDto[];

  @ApiProperty({ type: [String], example: ['pol_old'], description: 'Those that are not in force any more, sorted.' })
  removed!: string[];
}
