import { ApiProperty } from '@nestjs/swagger';

/** Stands for the credentials it was asked for with: once, for seconds, on a stream. */
export class StreamTicketDto {
  @ApiProperty({ example: 'agion_tkt_…', description: 'For `?ticket=`. Shown once.' })
  ticket!: string;

  @ApiProperty({ example: 30 })
  expires_in_seconds!: number;
}
