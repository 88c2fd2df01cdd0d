import { ApiProperty, ApiPropertyOptional, IntersectionType } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import {
  ConfigurationMetadataDto,
  NewConfigurationDto,
  NextVersionDto,
  ServedConfigurationDto,
} from './configuration.dto.js';
import { IsConfigurationKey } from './identifiers.js';
import { IsText } from './text.js';
import { IsUniqueList } from './unique-list.js';

/** Characters of a prompt. */
const MAX_CONTENT = 200_000;

/** What a prompt says, without what the registry adds. */
export class PromptContentDto extends ConfigurationMetadataDto {
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
  @IsUniqueList({
    max: 100,
    pattern: /^[A-Za-z_][A-Za-z0-9_.]{0,99}$/,
    each: 'a name of letters, digits, `_` and `.`',
  })
  variables?: string[] | null;

  @ApiPropertyOptional({ example: 'analysis', description: 'Purpose of the model it is written for.' })
  @IsOptional()
  @IsConfigurationKey()
  model_purpose?: string | null;
}

export class CreatePromptDto extends IntersectionType(PromptContentDto, NewConfigurationDto) {}

export class UpdatePromptDto extends IntersectionType(PromptContentDto, NextVersionDto) {}

/** A prompt as agents fetch it. */
export class PromptDto extends ServedConfigurationDto {
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
