import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { DecisionDto } from './decision.dto.js';

/** A part of a condition and what it came to. */
export class ExplainedTermDto {
  @ApiProperty({ example: 'context.amount > 500.0' })
  term!: string;

  @ApiProperty({ enum: ['true', 'false', 'error'] })
  result!: string;

  @ApiPropertyOptional({ description: 'Why it could not be evaluated.' })
  detail?: string;
}

/** What became of a policy in whose scope the request lies. */
export class ExplainedPolicyDto {
  @ApiProperty({ example: 'pol_email_cap' })
  policy!: string;

  @ApiProperty({ example: 3 })
  version!: number;

  @ApiProperty({ example: 'deny' })
  effect!: string;

  @ApiProperty({ example: 500 })
  priority!: number;

  @ApiProperty({ enum: ['enforce', 'shadow'], description: 'A shadow policy changes nothing.' })
  mode!: string;

  @ApiProperty({ description: 'It took part with its effect.' })
  matched!: boolean;

  @ApiProperty({ example: 'its condition is true' })
  why!: string;

  @ApiProperty({ type: [ExplainedTermDto] })
  terms!: ExplainedTermDto[];

  @ApiProperty({ type: [String], description: 'Terms that would have to come out differently.' })
  would_change!: string[];
}

/** Why a decision came out as it did, by the policies of its time. */
export class DecisionExplanationDto {
  @ApiProperty({ type: DecisionDto })
  decision!: DecisionDto;

  @ApiProperty({ type: [ExplainedPolicyDto] })
  candidates!: ExplainedPolicyDto[];

  @ApiProperty({ type: [String], description: 'What would turn a denial around.' })
  to_change!: string[];

  @ApiProperty({
    type: [String],
    example: ['`context.amount` at most `500`'],
    description:
      'Changes of the request with which the same policies would have allowed it, each one tried. Empty when none is known, and when not all of the request is on record.',
  })
  remedies!: string[];

  @ApiProperty({ type: String, nullable: true, description: 'Why it says less than it might.' })
  note!: string | null;
}
