import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, Max, Min } from 'class-validator';

/** Seconds two keys may count side by side: thirty days. */
const MAX_OVERLAP_SECONDS = 2_592_000;

export class RotateStreamKeyDto {
  @ApiPropertyOptional({
    example: 3_600,
    minimum: 0,
    maximum: MAX_OVERLAP_SECONDS,
    description: 'How long the key until now still counts. Default: an hour.',
  })
  @IsOptional()
  @IsInt({ message: 'must be a whole number of seconds' })
  @Min(0)
  @Max(MAX_OVERLAP_SECONDS)
  overlap_seconds?: number | null;
}

/** What an agent signs the entries with that it writes to Redis Streams. */
export class StreamKeyDto {
  @ApiProperty({
    example: 'agion_stk_…',
    description:
      '`sig` of an entry: HMAC-SHA-256 with this key over the RFC 8785 JSON of `{"fields": {…}, "stream": "…"}`, base64url; `fields` are all fields but `sig`, `stream` is the complete name.',
  })
  stream_key!: string;

  @ApiProperty({ example: 1, description: 'Counts up with each rotation.' })
  generation!: number;

  @ApiProperty({
    type: String,
    nullable: true,
    format: 'date-time',
    description: 'Until when the key before this one counts too.',
  })
  previous_until!: string | null;
}
