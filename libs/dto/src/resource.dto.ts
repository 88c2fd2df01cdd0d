import { ApiProperty, ApiPropertyOptional, IntersectionType } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { RESOURCE_TYPES, type ResourceType } from '@agion/wire';
import { IsBoundedObject } from './bounded-json.js';
import {
  ConfigurationMetadataDto,
  NewConfigurationDto,
  NextVersionDto,
  ServedConfigurationDto,
} from './configuration.dto.js';
import { IsConfigurationKey, IsCredentialRef } from './identifiers.js';

/** Bytes of a resource's configuration as JSON. */
const MAX_CONFIG_BYTES = 65_536;

/** What a resource is, without what the registry adds. */
export class ResourceContentDto extends ConfigurationMetadataDto {
  @ApiProperty({ example: 'sales_db', description: 'What agents fetch it by; stays for life.' })
  @IsConfigurationKey()
  name!: string;

  @ApiProperty({ enum: RESOURCE_TYPES, example: 'database' })
  @IsIn(RESOURCE_TYPES, { message: `must be one of ${RESOURCE_TYPES.join(', ')}` })
  type!: ResourceType;

  @ApiPropertyOptional({ type: Object, example: { host: 'db.example.com', database: 'sales' }, default: {} })
  @IsOptional()
  @IsBoundedObject(MAX_CONFIG_BYTES)
  config?: Record<string, unknown> | null;

  @ApiPropertyOptional({
    example: 'env:SALES_DB_URL',
    description: 'Where the secret is kept: never the secret itself.',
  })
  @IsOptional()
  @IsCredentialRef()
  credential_ref?: string | null;
}

export class CreateResourceDto extends IntersectionType(ResourceContentDto, NewConfigurationDto) {}

export class UpdateResourceDto extends IntersectionType(ResourceContentDto, NextVersionDto) {}

/** A resource as agents fetch it. */
export class ResourceDto extends ServedConfigurationDto {
  @ApiProperty({ example: 'sales_db' })
  name!: string;

  @ApiProperty({ enum: RESOURCE_TYPES })
  type!: ResourceType;

  @ApiProperty({ type: Object, example: { host: 'db.example.com' } })
  config!: Record<string, unknown>;

  @ApiPropertyOptional({ example: 'env:SALES_DB_URL' })
  credential_ref?: string;
}

export class ResourcePageDto {
  @ApiProperty({ type: [ResourceDto] })
  items!: ResourceDto[];

  @ApiProperty({ type: String, nullable: true })
  next_cursor!: string | null;
}

export class ResourceNameParamDto {
  @ApiProperty({ example: 'sales_db' })
  @IsConfigurationKey()
  name!: string;
}
