import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { InputFault } from '@agion/wire';

export class InputFaultDto implements InputFault {
  @ApiProperty({ example: '/agent_id', description: 'JSON pointer (RFC 6901) to the field at fault.' })
  pointer!: string;

  @ApiProperty({ example: 'must be `name` or `container:name` in lower case' })
  detail!: string;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, description: 'Line in the text the pointer names.' })
  line?: number;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, description: 'Column in that line.' })
  column?: number;
}

/** Every error of the API: RFC 9457, `application/problem+json`. */
export class ProblemDto {
  @ApiProperty({ example: '/problems/validation-failed' })
  type!: string;

  @ApiProperty({ example: 'Validation failed' })
  title!: string;

  @ApiProperty({ example: 422 })
  status!: number;

  @ApiPropertyOptional({ example: 'one field is not acceptable' })
  detail?: string;

  @ApiPropertyOptional({ example: '/v1/agents/register' })
  instance?: string;

  @ApiPropertyOptional({ example: '4bf92f3577b34da6a3ce929d0e0e4736' })
  trace_id?: string;

  @ApiPropertyOptional({ description: 'What usually helps.' })
  hint?: string;

  @ApiPropertyOptional({ type: [InputFaultDto] })
  errors?: InputFaultDto[];
}
