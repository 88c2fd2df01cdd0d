import { Type as Convert } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBooleanString,
  IsIn,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Matches,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { RUN_STATUSES, type RunStatus } from '@agion/wire';

/** Run ids stand in Redis keys, in URLs and before the slash of an event's id. */
export const RUN_ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/;
/** Characters of one message. */
export const MAX_MESSAGE_CHARACTERS = 200_000;
/** Messages of one run's conversation. */
export const MAX_RUN_MESSAGES = 1_000;

export const RUN_MESSAGE_ROLES = ['system', 'developer', 'user', 'assistant'] as const;

export class RunMessageDto {
  @ApiProperty({ enum: RUN_MESSAGE_ROLES, example: 'user' })
  @IsIn(RUN_MESSAGE_ROLES)
  role!: (typeof RUN_MESSAGE_ROLES)[number];

  @ApiProperty({ example: 'What is the weather like in London?' })
  @IsString()
  @MaxLength(MAX_MESSAGE_CHARACTERS)
  content!: string;
}

/** Starts a run. At least one user message must be given, in `messages` or as `user_message`. */
export class StartRunDto {
  @ApiPropertyOptional({
    example: '0199f3a2-7c41-7000-8000-2f1d5c0b9a11',
    description: 'Chosen by the caller so that a repeated request finds the same run. A UUIDv7 is made when absent.',
  })
  @IsOptional()
  @Matches(RUN_ID_PATTERN, { message: 'must be 1 to 128 letters, digits, `.`, `_`, `:` or `-`' })
  run_id?: string;

  @ApiPropertyOptional({ example: 'thread-1', description: 'The conversation. Made when absent.' })
  @IsOptional()
  @IsString()
  @Length(1, 200)
  thread_id?: string;

  @ApiPropertyOptional({ type: [RunMessageDto], description: 'The conversation so far, oldest first.' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_RUN_MESSAGES)
  @IsObject({ each: true, message: 'each must be an object' })
  @ValidateNested({ each: true })
  @Convert(() => RunMessageDto)
  messages: RunMessageDto[] = [];

  @ApiPropertyOptional({ description: 'A last user message, after `messages`.' })
  @IsOptional()
  @IsString()
  @Length(1, MAX_MESSAGE_CHARACTERS)
  user_message?: string;
}

export class RunAcceptedDto {
  @ApiProperty({ example: '0199f3a2-7c41-7000-8000-2f1d5c0b9a11' })
  run_id!: string;

  @ApiProperty({ example: 'thread-1' })
  thread_id!: string;

  @ApiProperty({ enum: RUN_STATUSES, example: 'queued' })
  status!: RunStatus;
}

export class RunFailureDto {
  @ApiProperty({ example: 'LLM_TIMEOUT' })
  code!: string;

  @ApiProperty({ example: 'the model did not answer in time' })
  message!: string;
}

export class RunDto extends RunAcceptedDto {
  @ApiProperty({ example: 'user:9f3b6a52-1c0e-4a43-9d0a-3f1f6f2f1c11', description: 'Kind and subject of the owner.' })
  owner!: string;

  @ApiProperty({ type: String, nullable: true, description: 'The complete answer of a run that succeeded.' })
  answer!: string | null;

  @ApiProperty({ type: RunFailureDto, nullable: true })
  error!: RunFailureDto | null;

  @ApiProperty({ format: 'date-time' })
  created_at!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  started_at!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  finished_at!: string | null;
}

export class RunQueryDto {
  @ApiPropertyOptional({ description: '`true`: only if it is the caller’s own, whatever the role.', example: 'true' })
  @IsOptional()
  @IsBooleanString()
  own?: string;
}

export class RunPageDto {
  @ApiProperty({ type: [RunDto] })
  items!: RunDto[];

  @ApiProperty({ type: String, nullable: true })
  next_cursor!: string | null;
}
