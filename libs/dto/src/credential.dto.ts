import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { type CredentialKind, type Principal, SCOPES, type Scope } from '@agion/wire';
import { IsContainerId } from './identifiers.js';
import { IsScopes } from './scopes.js';
import { IsUniqueList } from './unique-list.js';

/** Seconds of the longest life of a token that ends: ten years. */
export const MAX_LIFETIME_SECONDS = 315_360_000;
/** Seconds two tokens may be valid side by side: thirty days. */
export const MAX_OVERLAP_SECONDS = 2_592_000;

export class ContainerIdParamDto {
  @ApiProperty({ example: 'support' })
  @IsContainerId()
  container_id!: string;
}

export class IssueTokenDto {
  @ApiPropertyOptional({
    example: 2_592_000,
    minimum: 60,
    maximum: MAX_LIFETIME_SECONDS,
    description:
      'Default: without end. A holder’s new token lives at most as long as the one it was asked for with, and ends with it when that one is being replaced.',
  })
  @IsOptional()
  @IsInt({ message: 'must be a whole number of seconds' })
  @Min(60)
  @Max(MAX_LIFETIME_SECONDS)
  expires_in_seconds?: number | null;

  @ApiPropertyOptional({
    example: 3_600,
    minimum: 0,
    maximum: MAX_OVERLAP_SECONDS,
    description:
      'How long the earlier tokens stay valid; a holder’s wish leaves those newer than its own alone. Default: an hour when the holder asks, for ever when an operator asks.',
  })
  @IsOptional()
  @IsInt({ message: 'must be a whole number of seconds' })
  @Min(0)
  @Max(MAX_OVERLAP_SECONDS)
  overlap_seconds?: number | null;

  @ApiPropertyOptional({
    enum: SCOPES,
    isArray: true,
    example: ['agents:register', 'config:read'],
    description:
      'What the token may be used for, none of which the caller lacks. Default: all that tokens of its kind usually have and the caller has.',
  })
  @IsOptional()
  @IsScopes()
  scopes?: Scope[] | null;
}

/** A token in the only answer that ever shows it. */
export class IssuedTokenDto {
  @ApiProperty({ example: 'agion_ctr_…' })
  token!: string;

  @ApiProperty({ example: 'mfrggzdfmztwq2lk', description: 'Names the token in the audit trail.' })
  key_id!: string;

  @ApiProperty({ enum: ['agent', 'container', 'service_account'] })
  kind!: CredentialKind;

  @ApiProperty({ example: 'support', description: 'Whom it speaks for.' })
  subject!: string;

  @ApiProperty({ enum: SCOPES, isArray: true, description: 'What it may be used for.' })
  scopes!: Scope[];

  @ApiProperty({ type: String, nullable: true, format: 'date-time', description: 'null: it does not end by itself.' })
  expires_at!: string | null;

  @ApiProperty({ type: [String], description: 'Key ids of earlier tokens that now end with the overlap.' })
  replaces!: string[];
}

/** What the gateway asks: whose token is this? */
export class VerifyTokenDto {
  @ApiProperty()
  @IsString()
  @MaxLength(200)
  token!: string;
}

/** What the gateway asks about credentials it verified a while ago. */
export class EndedCredentialsQuestionDto {
  @ApiProperty({ type: [String] })
  @IsUniqueList({ max: 1_000, pattern: /^[a-z2-7]{16}$/, each: 'a key id' })
  credential_ids!: string[];
}

export class EndedCredentialsDto {
  @ApiProperty({ type: [String] })
  ended!: string[];
}

export class VerifiedCredentialDto {
  @ApiProperty({ type: Object })
  principal!: Principal;

  @ApiProperty({ type: String, nullable: true, format: 'date-time' })
  expires_at!: string | null;
}
