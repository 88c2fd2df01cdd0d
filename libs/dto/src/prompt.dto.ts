import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayUnique, IsArray, IsInt, IsISO8601, IsOptional, Matches, Min } from 'class-validator';
import { IsBoundedObject } from './bounded-json.js';
import { IsChosenId, IsConfigurationKey } from './identifiers.js';
import { IsText } from './text.js';

/** Characters of a prompt. */
const MAX_CONTENT = 200_000;
/** Bytes of free-form metadata as JSON. */
const MAX_METADATA_BYTES = 16_384;

/** What a prompt says, without what the registry adds. */
export abstract class PromptContentDto {
  @ApiProperty({ example: 'Data analysis', maxLength: 200 })
  @IsText(200)
  name!: string;

  @ApiProperty({ example: 'data_analysis', description: 'What agents fetch it by; stays for life.' })
  @IsConfigurationKey()
  location!: string;

  @ApiProperty({ example: 'You analyse data for {{audience}}.', maxLength: MAX_CONTENT })
  @IsText(MAX_CONTENT, { lines: true })
  content!: string;

  @ApiPropertyOptional({ type: [String], maxItems: 100, example: ['audience'], default: [] })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(100)
  @ArrayUnique()
  @Matches(/^[A-Za-z_][A-Za-z0-9_.]{0,99}$/, {
    each: true,
    message: 'each must be a name of letters, digits, `_` and `.`',
  })
  variables?: string[] | null;

  @ApiPropertyOptional({ example: 'analysis', description: 'Purpose of the model it is written for.' })
  @IsOptional()
  @IsConfigurationKey()
  model_purpose?: string | null;

  @ApiPropertyOptional({ type: Object, default: {} })
  @IsOptional()
  @IsBoundedObject(MAX_METADATA_BYTES)
  metadata?: Record<string, unknown> | null;
}

export class CreatePromptDto extends PromptContentDto {
  @ApiPropertyOptional({ example: 'data_analysis', description: 'Default: a UUIDv7.' })
  @IsOptional()
  @IsChosenId()
  id?: string;
}

/** The next version. Read-only members may be sent back as they were read. */
export class UpdatePromptDto extends PromptContentDto {
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

/** A prompt as agents fetch it. */
export class PromptDto {
  @ApiProperty({ example: 'data_analysis' })
  id!: string;

  @ApiProperty({ example: 'Data analysis' })
  name!: string;

  @ApiProperty({ example: 'data_analysis' })
  location!: string;

  @ApiProperty({ example: 'You analyse data for {{audience}}.' })
  content!: string;

  @ApiProperty({ type: [String], example: ['audience'] })
  variables!: string[];

  @ApiPropertyOptional({ example: 'analysis' })
  model_purpose?: string;

  @ApiProperty({ example: 1 })
  version!: number;

  @ApiProperty({ type: Object })
  metadata!: Record<string, unknown>;

  @ApiProperty({ format: 'date-time', description: 'When this version was made.' })
  updated_at!: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Only on archived ones.' })
  archived_at?: string;
}

export class PromptPageDto {
  @ApiProperty({ type: [PromptDto] })
  items!: PromptDto[];

  @ApiProperty({ type: String, nullable: true })
  next_cursor!: string | null;
}

export class PromptLocationParamDto {
  @ApiProperty({ example: 'data_analysis' })
  @IsConfigurationKey()
  location!: string;
}
