import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

const SCHEMA = {
  type: 'object',
  additionalProperties: true,
  nullable: true,
  example: { type: 'object', properties: { amount: { type: 'number' } }, required: ['amount'] },
} as const;

/** What somebody says of an action. Checked by the policy engine, which names every fault at once. */
export class DescribeActionDto {
  @ApiPropertyOptional({ enum: ['low', 'medium', 'high'], description: '`high` unless said.' })
  risk?: string;

  @ApiPropertyOptional({
    ...SCHEMA,
    description:
      'A part of JSON Schema (2020-12): `type`, `properties`, `required`, `additionalProperties`, `items`, `enum`.',
  })
  context_schema?: Record<string, unknown> | null;
}

/** What is known of an action. */
export class ActionDto {
  @ApiProperty({ example: 'send_email' })
  name!: string;

  @ApiProperty({ enum: ['low', 'medium', 'high'] })
  risk!: string;

  @ApiProperty({ ...SCHEMA, description: 'Null: its context may be anything.' })
  context_schema!: Record<string, unknown> | null;

  @ApiProperty({ type: 'integer', example: 2 })
  version!: number;

  @ApiProperty({ example: 'user:6f2a…' })
  created_by!: string;

  @ApiProperty({ format: 'date-time', description: 'When this version was made.' })
  updated_at!: string;
}

export class ActionPageDto {
  @ApiProperty({ type: [ActionDto] })
  items!: ActionDto[];

  @ApiProperty({ type: String, nullable: true })
  next_cursor!: string | null;
}
