import { ApiProperty } from '@nestjs/swagger';

export class RouteMetricsDto {
  @ApiProperty({ example: 'GET /api/v1/prompts/by-location/{name}' })
  route!: string;

  @ApiProperty()
  requests!: number;

  @ApiProperty({ description: 'Answers with a status of 500 or above.' })
  errors!: number;

  @ApiProperty({ type: Number, nullable: true, description: 'Milliseconds, rounded up to a bucket of the histogram.' })
  p50_ms!: number | null;

  @ApiProperty({ type: Number, nullable: true })
  p95_ms!: number | null;

  @ApiProperty({ type: Number, nullable: true })
  p99_ms!: number | null;
}

/** `GET /metrics-debug`. */
export class MetricsReportDto {
  @ApiProperty({ format: 'date-time' })
  since!: string;

  @ApiProperty({ type: [RouteMetricsDto] })
  routes!: RouteMetricsDto[];
}
