import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsInt, IsISO8601, IsOptional, Max, Min } from 'class-validator';
import { IsBoundedObject } from './bounded-json.js';
import { Flag } from './flag.js';
import { IsChosenId } from './identifiers.js';
import { PageQueryDto } from './page.dto.js';
import { PlainInteger } from './plain-number.js';

const MAX_VERSION = 2_147_483_647;
/** Bytes of free-form metadata as JSON. */
const MAX_METADATA_BYTES = 16_384;

export class ConfigurationIdParamDto {
  @ApiProperty({ example: 'data_analysis' })
  @IsChosenId()
  id!: string;
}

export class ConfigurationVersionParamDto extends ConfigurationIdParamDto {
  @ApiProperty({ example: 2 })
  @PlainInteger()
  @IsInt({ message: 'must be a whole number' })
  @Min(1)
  @Max(MAX_VERSION)
  version!: number;
}

export class ListConfigurationsQueryDto extends PageQueryDto {
  @ApiPropertyOptional({ default: false, description: 'Archived ones too.' })
  @IsOptional()
  @Flag()
  @IsBoolean({ message: 'must be true or false' })
  include_archived = false;
}

export class UpdateConfigurationQueryDto {
  @ApiPropertyOptional({
    default: true,
    description: 'false: the new version is kept but not served, to be rolled out or activated later.',
  })
  @IsOptional()
  @Flag()
  @IsBoolean({ message: 'must be true or false' })
  activate = true;
}

/** What every kind's versions may carry beside their own content. */
export class ConfigurationMetadataDto {
  @ApiPropertyOptional({ type: Object, default: {} })
  @IsOptional()
  @IsBoundedObject(MAX_METADATA_BYTES)
  metadata?: Record<string, unknown> | null;
}

/** A new configuration may choose its id. */
export class NewConfigurationDto {
  @ApiPropertyOptional({ example: 'data_analysis', description: 'Default: a UUIDv7.' })
  @IsOptional()
  @IsChosenId()
  id?: string;
}

/** The next version: read-only members may be sent back as they were read. */
export class NextVersionDto {
  @ApiPropertyOptional({ example: 'data_analysis', description: 'When given: the id of the URL.' })
  @IsOptional()
  @IsChosenId()
  id?: string;

  @ApiPropertyOptional({
    example: 1,
    description: 'When given: the version this one is based on. A change that came in between is then a conflict.',
  })
  @IsOptional()
  @IsInt({ message: 'must be a whole number' })
  @Min(1)
  version?: number;

  @ApiPropertyOptional({ format: 'date-time', description: 'Ignored.' })
  @IsOptional()
  @IsISO8601({}, { message: 'must be an ISO 8601 time' })
  updated_at?: string;
}

/** What the registry adds to every configuration it serves. */
export class ServedConfigurationDto {
  @ApiProperty({ example: 'data_analysis' })
  id!: string;

  @ApiProperty({ example: 1 })
  version!: number;

  @ApiProperty({ type: Object })
  metadata!: Record<string, unknown>;

  @ApiProperty({ format: 'date-time', description: 'When this version was made.' })
  updated_at!: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Only on archived ones.' })
  archived_at?: string;
}

/** A candidate version for a part of the agents; each agent stays on its side. */
export class RolloutDto {
  @ApiProperty({ type: Number, nullable: true, example: 3, description: 'A version; null ends the rollout.' })
  @IsOptional()
  @IsInt({ message: 'must be a whole number, or null' })
  @Min(1)
  @Max(MAX_VERSION)
  candidate?: number | null;

  @ApiProperty({ example: 10, minimum: 0, maximum: 100, description: '0 ends the rollout.' })
  @IsInt({ message: 'must be a whole number' })
  @Min(0)
  @Max(100)
  percent!: number;
}

export class RolloutStateDto {
  @ApiProperty({ example: 2, description: 'The version served to everybody else.' })
  active_version!: number;

  @ApiProperty({ type: Number, nullable: true, example: 3 })
  candidate!: number | null;

  @ApiProperty({ example: 10 })
  percent!: number;
}

/** One version of a configuration and what it said. */
export class ConfigurationVersionDto {
  @ApiProperty({ example: 2 })
  version!: number;

  @ApiProperty({ description: 'Served now.' })
  active!: boolean;

  @ApiProperty({ type: Number, nullable: true, example: 10, description: 'Percent of the agents that are served it.' })
  candidate_percent!: number | null;

  @ApiProperty({ example: 'user:6f2a…' })
  created_by!: string;

  @ApiProperty({ format: 'date-time' })
  created_at!: string;

  @ApiProperty({ type: Object, description: 'The document as it stood in that version.' })
  document!: Record<string, unknown>;
}

export class ConfigurationVersionPageDto {
  @ApiProperty({ type: [ConfigurationVersionDto] })
  items!: ConfigurationVersionDto[];

  @ApiProperty({ type: String, nullable: true })
  next_cursor!: string | null;
}
