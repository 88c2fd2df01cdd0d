import { ApiProperty } from '@nestjs/swagger';

const STATES = ['healthy', 'unreachable'] as const;

/** The gateway's `GET /health` (wire contract, section 1). */
export class PlatformHealthDto {
  @ApiProperty({ enum: ['healthy', 'degraded'] })
  status!: 'healthy' | 'degraded';

  @ApiProperty({ example: 'gateway' })
  service!: string;

  @ApiProperty({ example: '0.1.0' })
  version!: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string', enum: [...STATES] },
    example: { registry: 'healthy', coordination: 'healthy', governance: 'healthy', execution: 'healthy' },
  })
  services!: Record<string, (typeof STATES)[number]>;
}
