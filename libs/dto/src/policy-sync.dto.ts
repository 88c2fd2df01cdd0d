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
    example: 'sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae',
    description:
      'SHA-256, in hex, of the SHA-256 digests (32 bytes each) of the RFC 8785 forms of the single policies, sorted by id, one after the other. Who keeps the digests need not hash every policy again when one has changed.',
  })
  digest!: string;

  @ApiProperty({
    description:
      'Ed25519, base64url, over the RFC 8785 form of {organization, agent_id, revision, epoch, stopped, default_effect, digest, actions}: the only one that covers the actions.',
  })
  digest_signature!: string;

  @ApiProperty({
    type: [SyncedActionDto],
    description: "What is known of the actions that this agent's policies are about, by name; whole in each answer.",
  })
  actions!: SyncedActionDto[];
}

/** All that an agent needs to decide by itself: every policy in force that can match it, whole. */
export class PolicySyncDto extends SignedStateDto {
  @ApiProperty({ type: [SyncedPolicyDto], description: 'Sorted by id.' })
  policies!: SyncedPolicyDto[];
}

/** What has changed for an agent since a revision. Hash, digest and signatures are those of the result. */
export class PolicyDeltaDto extends SignedStateDto {
  @ApiProperty({ type: 'integer', example: 180 })
  since!: number;

  @ApiProperty({ type: [SyncedPolicyDto], description: 'New ones and those that have changed, sorted by id.' })
  upserted!: SyncedPolicyDto[];

  @ApiProperty({ type: [String], example: ['pol_old'], description: 'Those that are not in force any more, sorted.' })
  removed!: string[];
}
