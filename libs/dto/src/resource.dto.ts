import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, IsISO8601, IsOptional, Min } from 'class-validator';
import { RESOURCE_TYPES, type ResourceType } from '@agion/wire';
import { IsBoundedObject } from './bounded-json.js';
import { IsChosenId, IsConfigurationKey, IsCredentialRef } from './identifiers.js';

/** Bytes of a resource's configuration as JSON. */
const MAX_CONFIG_BYTES = 65_536;
/** Bytes of free-form metadata as JSON. */
const MAX_METADATA_BYTES = 16_384;

/** What a resource is, without what the registry adds. */
export abstract class ResourceContentDto {
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

  @ApiPropertyOptional({ type: Object, default: {} })
  @IsOptional()
  @IsBoundedObject(MAX_METADATA_BYTES)
  metadata?: Record<string, unknown> | null;
}

export class CreateResourceDto extends ResourceContentDto {
  @ApiPropertyOptional({ example: 'sales_db', description: 'Default: a UUIDv7.' })
  @IsOptional()
  @IsChosenId()
  id?: string;
}

/** The next version. Read-only members may be sent back as they were read. */
export class UpdateResourceDto extends ResourceContentDto {
  @ApiPropertyOptional({ example: 'sales_db', description: 'When given: the id of the URL.' })
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

/** A resource as agents fetch it. */
export class ResourceDto {
  @ApiProperty({ example: 'sales_db' })
  id!: string;

  @ApiProperty({ example: 'sales_db' })
  name!: string;

  @ApiProperty({ enum: RESOURCE_TYPES })
  type!: ResourceType;

  @ApiProperty({ type: Object, example: { host: 'db.example.com' } })
  config!: Record<string, unknown>;

  @ApiPropertyOptional({ example: 'env:SALES_DB_URL' })
  credential_ref?: string;

  @ApiProperty({ example: 1 })
  version!: number;

  @ApiProperty({ type: Object })
  metadata!: Record<string, unknown>;

  @ApiProperty({ format: 'date-time', description: 'When this version was made.' })
  updated_at!: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Only on archived ones.' })
  archived_at?: string;
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
