import { ApiProperty, ApiPropertyOptional, IntersectionType } from '@nestjs/swagger';
import { Type as Convert } from 'class-transformer';
import { IsNumber, IsObject, IsOptional, Matches, MaxLength, Max, Min, ValidateNested } from 'class-validator';
import { IsBoundedObject } from './bounded-json.js';
import {
  ConfigurationMetadataDto,
  NewConfigurationDto,
  NextVersionDto,
  ServedConfigurationDto,
} from './configuration.dto.js';
import { IsConfigurationKey, IsCredentialRef } from './identifiers.js';
import { IsText } from './text.js';
import { IsUniqueList } from './unique-list.js';

/** Bytes of a model's parameters as JSON. */
const MAX_PARAMETERS_BYTES = 16_384;

/** What a million tokens cost. */
export class ModelPricingDto {
  @ApiProperty({ example: 0.25, minimum: 0 })
  @IsNumber({}, { message: 'must be a number' })
  @Min(0)
  @Max(1_000_000)
  input_per_mtok!: number;

  @ApiProperty({ example: 2, minimum: 0 })
  @IsNumber({}, { message: 'must be a number' })
  @Min(0)
  @Max(1_000_000)
  output_per_mtok!: number;

  @ApiProperty({ example: 'USD', description: 'ISO 4217' })
  @Matches(/^[A-Z]{3}$/, { message: 'must be a currency code such as `USD`' })
  currency!: string;
}

/** What a model configuration says, without what the registry adds. */
export class ModelContentDto extends ConfigurationMetadataDto {
  @ApiProperty({ example: 'Analysis', maxLength: 200 })
  @IsText(200)
  name!: string;

  @ApiProperty({ example: 'analysis', description: 'What agents fetch it by; stays for life.' })
  @IsConfigurationKey()
  purpose!: string;

  @ApiProperty({ example: 'openai', maxLength: 100 })
  @IsText(100)
  provider!: string;

  @ApiProperty({ example: 'gpt-5-mini', maxLength: 200, description: 'As the provider calls it.' })
  @IsText(200)
  model!: string;

  @ApiPropertyOptional({ example: 'https://api.openai.com/v1' })
  @IsOptional()
  @Matches(/^https?:\/\/[^\s@]+$/, { message: 'must be an http:// or https:// URL without user and password' })
  @MaxLength(500)
  base_url?: string | null;

  @ApiPropertyOptional({ type: Object, example: { temperature: 0.2, max_tokens: 2_000 }, default: {} })
  @IsOptional()
  @IsBoundedObject(MAX_PARAMETERS_BYTES)
  parameters?: Record<string, unknown> | null;

  @ApiPropertyOptional({
    type: [String],
    maxItems: 10,
    default: [],
    description: 'Purposes of the models to try, in this order, when this one does not answer.',
  })
  @IsOptional()
  @IsUniqueList({ max: 10, pattern: /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/, each: 'the purpose of a model' })
  fallbacks?: string[] | null;

  @ApiPropertyOptional({ example: 'env:OPENAI_API_KEY', description: 'Where the key is kept: never the key itself.' })
  @IsOptional()
  @IsCredentialRef()
  credential_ref?: string | null;

  @ApiPropertyOptional({ type: ModelPricingDto })
  @IsOptional()
  @IsObject({ message: 'must be an object' })
  @ValidateNested()
  @Convert(() => ModelPricingDto)
  pricing?: ModelPricingDto | null;
}

export class CreateModelDto extends IntersectionType(ModelContentDto, NewConfigurationDto) {}

export class UpdateModelDto extends IntersectionType(ModelContentDto, NextVersionDto) {}

/** A model as agents fetch it. */
export class ModelDto extends ServedConfigurationDto {
  @ApiProperty({ example: 'Analysis' })
  name!: string;

  @ApiProperty({ example: 'analysis' })
  purpose!: string;

  @ApiProperty({ example: 'openai' })
  provider!: string;

  @ApiProperty({ example: 'gpt-5-mini' })
  model!: string;

  @ApiPropertyOptional({ example: 'https://api.openai.com/v1' })
  base_url?: string;

  @ApiProperty({ type: Object, example: { temperature: 0.2 } })
  parameters!: Record<string, unknown>;

  @ApiProperty({ type: [String], example: [] })
  fallbacks!: string[];

  @ApiPropertyOptional({ example: 'env:OPENAI_API_KEY' })
  credential_ref?: string;

  @ApiPropertyOptional({ type: ModelPricingDto })
  pricing?: ModelPricingDto;
}

export class ModelPageDto {
  @ApiProperty({ type: [ModelDto] })
  items!: ModelDto[];

  @ApiProperty({ type: String, nullable: true })
  next_cursor!: string | null;
}

export class ModelPurposeParamDto {
  @ApiProperty({ example: 'analysis' })
  @IsConfigurationKey()
  purpose!: string;
}
