import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { PlainInteger } from './plain-number.js';

/** How every list is asked for. */
export class PageQueryDto {
  @ApiPropertyOptional({ minimum: 1, maximum: 200, default: 50, description: 'Most items of one page.' })
  @IsOptional()
  @PlainInteger()
  @IsInt({ message: 'limit must be a whole number' })
  @Min(1)
  @Max(200)
  limit = 50;

  @ApiPropertyOptional({ description: '`next_cursor` of the page before. Opaque.' })
  @IsOptional()
  @IsString()
  @MaxLength(500)
  cursor?: string;
}
