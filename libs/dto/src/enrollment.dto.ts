import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { SCOPES, type Scope } from '@agion/wire';
import { IsContainerId } from './identifiers.js';
import { IsScopes } from './scopes.js';

/** Seconds an enrollment token may wait for its container: a day. */
const MAX_WAIT_SECONDS = 86_400;
/** The same when nobody says: an hour. */
export const DEFAULT_WAIT_SECONDS = 3_600;

export class CreateEnrollmentDto {
  @ApiProperty({ example: 'support' })
  @IsContainerId()
  container_id!: string;

  @ApiPropertyOptional({
    default: DEFAULT_WAIT_SECONDS,
    minimum: 60,
    maximum: MAX_WAIT_SECONDS,
    description: 'How long it may be exchanged.',
  })
  @IsOptional()
  @IsInt({ message: 'must be a whole number of seconds' })
  @Min(60)
  @Max(MAX_WAIT_SECONDS)
  expires_in_seconds?: number | null;

  @ApiPropertyOptional({
    enum: SCOPES,
    isArray: true,
    description:
      'What the container’s token may be used for, none of which the caller lacks. Default: all that tokens of containers usually have and the caller has.',
  })
  @IsOptional()
  @IsScopes()
  scopes?: Scope[] | null;
}

/** A one-time token in the only answer that ever shows it. */
export class EnrollmentDto {
  @ApiProperty({ example: 'agion_enr_…', description: 'To be exchanged once: `POST /api/v1/enrollments/exchange`.' })
  enrollment_token!: string;

  @ApiProperty({ example: 'mfrggzdfmztwq2lk', description: 'Names it in the audit trail.' })
  key_id!: string;

  @ApiProperty({ example: 'support' })
  container_id!: string;

  @ApiProperty({ enum: SCOPES, isArray: true })
  scopes!: Scope[];

  @ApiProperty({ format: 'date-time' })
  expires_at!: string;
}

export class ExchangeEnrollmentDto {
  @ApiProperty({ example: 'agion_enr_…' })
  @IsString({ message: 'must be an enrollment token' })
  @MaxLength(200)
  enrollment_token!: string;
}
