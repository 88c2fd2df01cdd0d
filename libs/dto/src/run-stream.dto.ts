import { IsOptional, IsString, Length, Matches, MaxLength } from 'class-validator';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { MAX_MESSAGE_CHARACTERS } from './run.dto.js';

const ABOUT_AFTER =
  'Continues a run after this event: `<run_id>/<entry id>`. `Last-Event-ID` wins. No turn is started.';

/** Query of a stream that may be continued. */
export class ContinueRunQueryDto {
  @ApiPropertyOptional({ example: 'run-1/1763625600000-0', description: ABOUT_AFTER })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  after?: string;
}

export class AgUiEventsQueryDto extends ContinueRunQueryDto {
  @ApiPropertyOptional({ type: String, default: 'What is the weather like in London?' })
  @IsOptional()
  @IsString()
  @Length(1, MAX_MESSAGE_CHARACTERS)
  @Matches(/^[^\0]*$/, { message: 'must not hold the character U+0000' })
  user_message = 'What is the weather like in London?';

  @ApiPropertyOptional({
    example: 'agion_tkt_…',
    description: 'In place of the Authorization header: POST /stream-tickets.',
  })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  ticket?: string;
}
