import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsInt, IsOptional, IsUUID, Matches, Max, Min } from 'class-validator';
import { NAME_PATTERN, ROLES, SCOPES, type Role, type Scope } from '@agion/wire';
import { IssuedTokenDto, MAX_LIFETIME_SECONDS, MAX_OVERLAP_SECONDS } from './credential.dto.js';
import { Flag } from './flag.js';
import { IsScopes } from './scopes.js';

export class ServiceAccountIdParamDto {
  @ApiProperty({ format: 'uuid' })
  @IsUUID(undefined, { message: 'must be the id of a service account' })
  id!: string;
}

export class CreateServiceAccountDto {
  @ApiProperty({ example: 'ci', description: 'Never given again in this organization: what it makes belongs to it.' })
  @Matches(NAME_PATTERN, { message: 'must be 1 to 63 of a–z, 0–9, `.`, `_` and `-`, and begin with a letter or digit' })
  name!: string;

  @ApiProperty({ enum: ROLES, description: 'At most the caller’s own.' })
  @IsIn(ROLES, { message: `must be one of ${ROLES.join(', ')}` })
  role!: Role;

  @ApiPropertyOptional({
    enum: SCOPES,
    isArray: true,
    example: ['config:read', 'config:write'],
    description:
      'What its tokens may be used for, none of which the caller lacks. Default: all that its role reaches and the caller has.',
  })
  @IsOptional()
  @IsScopes()
  scopes?: Scope[] | null;

  @ApiPropertyOptional({
    example: 7_776_000,
    minimum: 60,
    maximum: MAX_LIFETIME_SECONDS,
    description: 'How long its first token lives. Default: without end.',
  })
  @IsOptional()
  @IsInt({ message: 'must be a whole number of seconds' })
  @Min(60)
  @Max(MAX_LIFETIME_SECONDS)
  expires_in_seconds?: number | null;
}

export class DeleteServiceAccountQueryDto {
  @ApiPropertyOptional({
    default: false,
    description:
      'true: what it has issued ends too: tokens of agents, containers and of accounts it has made, however they were passed on. Also for an account that is deleted already.',
  })
  @IsOptional()
  @Flag()
  @IsBoolean({ message: 'must be true or false' })
  revoke_issued = false;
}

export class RotateServiceAccountTokenDto {
  @ApiPropertyOptional({
    example: 7_776_000,
    minimum: 60,
    maximum: MAX_LIFETIME_SECONDS,
    description: 'Default: without end.',
  })
  @IsOptional()
  @IsInt({ message: 'must be a whole number of seconds' })
  @Min(60)
  @Max(MAX_LIFETIME_SECONDS)
  expires_in_seconds?: number | null;

  @ApiPropertyOptional({
    example: 3_600,
    default: 3_600,
    minimum: 0,
    maximum: MAX_OVERLAP_SECONDS,
    description: 'How long its earlier tokens stay valid. 0: they are revoked everywhere within two seconds.',
  })
  @IsOptional()
  @IsInt({ message: 'must be a whole number of seconds' })
  @Min(0)
  @Max(MAX_OVERLAP_SECONDS)
  overlap_seconds?: number | null;
}

/** A token by its key id; the token itself is nowhere. */
export class LivingTokenDto {
  @ApiProperty({ example: 'mfrggzdfmztwq2lk' })
  key_id!: string;

  @ApiProperty({ format: 'date-time' })
  created_at!: string;

  @ApiProperty({ type: String, nullable: true, format: 'date-time', description: 'null: it does not end by itself.' })
  expires_at!: string | null;
}

export class ServiceAccountDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ example: 'ci' })
  name!: string;

  @ApiProperty({ enum: ROLES })
  role!: Role;

  @ApiProperty({ enum: SCOPES, isArray: true })
  scopes!: Scope[];

  @ApiProperty({ example: 'user:9f3c…' })
  created_by!: string;

  @ApiProperty({ format: 'date-time' })
  created_at!: string;

  @ApiProperty({ type: [LivingTokenDto], description: 'Tokens that are valid now, the oldest first.' })
  tokens!: LivingTokenDto[];
}

/** A new account with its first token, which is shown here and nowhere else. */
export class CreatedServiceAccountDto extends ServiceAccountDto {
  @ApiProperty({ type: IssuedTokenDto })
  issued!: IssuedTokenDto;
}

export class ServiceAccountPageDto {
  @ApiProperty({ type: [ServiceAccountDto] })
  items!: ServiceAccountDto[];

  @ApiProperty({ type: String, nullable: true })
  next_cursor!: string | null;
}
