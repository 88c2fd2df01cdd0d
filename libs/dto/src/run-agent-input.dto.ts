import { Type as Convert } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsDefined,
  IsIn,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Matches,
  ValidateNested,
} from 'class-validator';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { MAX_RUN_MESSAGES, RUN_ID_PATTERN } from './run.dto.js';

export const AG_UI_ROLES = ['developer', 'system', 'assistant', 'user', 'tool', 'activity', 'reasoning'] as const;

/** A message as AG-UI 1.0 speaks it; only its text is used. */
export class AgUiMessageDto {
  @ApiProperty({ enum: AG_UI_ROLES, example: 'user' })
  @IsIn(AG_UI_ROLES)
  role!: (typeof AG_UI_ROLES)[number];

  @ApiPropertyOptional({
    oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'object' } }, { type: 'object' }],
    example: 'What is the weather like in London?',
    description: 'Text, or parts of type `text`.',
  })
  @IsOptional()
  content?: unknown;
}

/**
 * AG-UI 1.0 RunAgentInput, in that protocol's camelCase. Its clients also send `id`, `tools`, `context`, `state`, `forwardedProps`,
 * and whatever their next version adds: fields that are not listed here are ignored, as the protocol asks of servers.
 */
export class RunAgentInputDto {
  @ApiProperty({ example: 'thread-1' })
  @IsString()
  @Length(1, 200)
  threadId!: string;

  @ApiProperty({ example: 'run-1' })
  @Matches(RUN_ID_PATTERN, { message: 'must be 1 to 128 letters, digits, `.`, `_`, `:` or `-`' })
  runId!: string;

  @ApiProperty({ type: [AgUiMessageDto] })
  @IsDefined({ message: 'must be given' })
  @IsArray()
  @ArrayMaxSize(MAX_RUN_MESSAGES)
  @IsObject({ each: true, message: 'each must be an object' })
  @ValidateNested({ each: true })
  @Convert(() => AgUiMessageDto)
  messages!: AgUiMessageDto[];

  @ApiPropertyOptional({ example: '1.0', description: 'Clients before 1.0 send none.' })
  @IsOptional()
  @IsString()
  @Length(1, 20)
  protocolVersion?: string;

  @ApiPropertyOptional({
    type: [Object],
    maxItems: 0,
    description: 'No run ends with an interrupt yet, so none is resumed.',
  })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(0, { message: 'must be empty: no run of this server ends with an interrupt' })
  resume?: unknown[];
}
