import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Matches, Max, Min, ValidateNested } from 'class-validator';
import { DECISION_RETENTION_DAYS, type OrganizationSettings } from '@agion/wire';
import { IsText } from './text.js';

const IsSlug = (): PropertyDecorator =>
  Matches(/^[a-z0-9][a-z0-9-]{0,38}$/, { message: 'must be 1 to 39 of a–z, 0–9 and `-`' });

export class OrganizationSlugParamDto {
  @ApiProperty({ example: 'default' })
  @IsSlug()
  slug!: string;
}

/** An organization as services know it. */
export class KnownOrganizationDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ example: 'default' })
  slug!: string;

  @ApiProperty({ type: Object })
  settings!: OrganizationSettings;
}

export class OrganizationListDto {
  @ApiProperty({ type: [KnownOrganizationDto] })
  items!: KnownOrganizationDto[];
}

export class CreateOrganizationDto {
  @ApiProperty({ example: 'acme', description: 'Names it in tokens, in Redis and to people; never given again.' })
  @IsSlug()
  slug!: string;

  @ApiProperty({ example: 'Acme Ltd' })
  @IsText(200)
  name!: string;
}

export class OrganizationDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ example: 'acme' })
  slug!: string;

  @ApiProperty({ example: 'Acme Ltd' })
  name!: string;

  @ApiProperty({ format: 'date-time' })
  created_at!: string;
}

export class OrganizationPageDto {
  @ApiProperty({ type: [OrganizationDto] })
  items!: OrganizationDto[];

  @ApiProperty({ type: String, nullable: true })
  next_cursor!: string | null;
}

const POLICY_REVIEWS = ['off', 'required'] as const;

const MOST = 1_000_000_000;
const QUOTA = { type: 'integer', minimum: 0, nullable: true, example: null } as const;

const IsQuota = (): PropertyDecorator => (target, property) => {
  for (const rule of [IsOptional(), IsInt({ message: 'must be a whole number or null' }), Min(0), Max(MOST)])
    rule(target, property);
};

/** The most there may be of each; null: no limit. What is left out stays as it is. */
export class QuotasDto {
  @ApiPropertyOptional({ ...QUOTA, description: 'Agents that are not retired.' })
  @IsQuota()
  agents?: number | null;

  @ApiPropertyOptional({ ...QUOTA, description: 'Policies that are not archived.' })
  @IsQuota()
  policies?: number | null;

  @ApiPropertyOptional({ ...QUOTA, description: 'Runs that are kept.' })
  @IsQuota()
  runs?: number | null;

  @ApiPropertyOptional({ ...QUOTA, description: 'Service accounts that are not deleted.' })
  @IsQuota()
  service_accounts?: number | null;
}

/** Whatever is left out stays as it is. */
export class ChangeOrganizationSettingsDto {
  @ApiPropertyOptional({
    enum: ['allow', 'deny'],
    description: 'What holds where no policy matches. A change is a revision of the policies.',
  })
  @IsOptional()
  @IsIn(['allow', 'deny'], { message: 'must be allow or deny' })
  default_effect?: 'allow' | 'deny';

  @ApiPropertyOptional({
    type: 'integer',
    minimum: DECISION_RETENTION_DAYS.min,
    maximum: DECISION_RETENTION_DAYS.max,
    example: 400,
    description: 'Days decisions are kept. Fewer than before removes those that are older within the hour.',
  })
  @IsOptional()
  @IsInt({ message: 'must be a whole number' })
  @Min(DECISION_RETENTION_DAYS.min)
  @Max(DECISION_RETENTION_DAYS.max)
  decision_retention_days?: number;

  @ApiPropertyOptional({
    enum: POLICY_REVIEWS,
    description: '`required`: whoever puts a version of a policy in force is not who wrote it.',
  })
  @IsOptional()
  @IsIn(POLICY_REVIEWS, { message: 'must be off or required' })
  policy_review?: (typeof POLICY_REVIEWS)[number];

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    nullable: true,
    example: 60_000,
    description: 'Requests all callers together may make in a minute; null: no limit. For admins of the platform.',
  })
  @IsOptional()
  @IsInt({ message: 'must be a whole number or null' })
  @Min(1)
  @Max(MOST)
  requests_per_minute?: number | null;

  @ApiPropertyOptional({ type: QuotasDto, description: 'For admins of the platform.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => QuotasDto)
  quotas?: QuotasDto;
}

export class OrganizationSettingsDto {
  @ApiProperty({ type: 'integer', minimum: 0, description: 'Counts changes.' })
  version!: number;

  @ApiProperty({ enum: ['allow', 'deny'] })
  default_effect!: 'allow' | 'deny';

  @ApiProperty({ type: 'integer', description: 'Days decisions are kept.' })
  decision_retention_days!: number;

  @ApiProperty({ enum: POLICY_REVIEWS })
  policy_review!: (typeof POLICY_REVIEWS)[number];

  @ApiProperty({ type: 'integer', nullable: true })
  requests_per_minute!: number | null;

  @ApiProperty({ type: QuotasDto })
  quotas!: Required<QuotasDto>;
}
