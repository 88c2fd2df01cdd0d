import { ApiProperty } from '@nestjs/swagger';
import { Type as Convert } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsInt, IsISO8601, Min, ValidateNested } from 'class-validator';

/** Changes of policies that are looked at together. */
export const MAX_COMMITS = 1_000;

/** When a revision was committed. */
export class PolicyCommitDto {
  @IsInt()
  @Min(1)
  revision!: number;

  @IsISO8601()
  at!: string;
}

/** What governance asks the registry: who works by a revision, and how long earlier ones took to arrive. */
export class PolicyAdoptionQuestionDto {
  @IsInt()
  @Min(0)
  revision!: number;

  @IsArray()
  @ArrayMaxSize(MAX_COMMITS)
  @ValidateNested({ each: true })
  @Convert(() => PolicyCommitDto)
  commits!: PolicyCommitDto[];
}

export class ConvergedAgentsDto {
  @ApiProperty({ example: 48, description: 'All running instances work by the revision.' })
  current!: number;

  @ApiProperty({ example: 2, description: 'A running instance works by another one.' })
  stale!: number;

  @ApiProperty({ example: 1, description: 'The rest: a running instance keeps no policies, or does not say which.' })
  silent!: number;

  @ApiProperty({
    example: 0,
    description:
      'None of their instances is running, and one went without saying so within the last day: cut off, it would go on by what it has.',
  })
  unheard!: number;
}

export class PropagationDto {
  @ApiProperty({ type: Number, nullable: true, example: 180 })
  p50!: number | null;

  @ApiProperty({ type: Number, nullable: true, example: 620 })
  p99!: number | null;

  @ApiProperty({ example: 480, description: 'How many changes of an instance these are of.' })
  count!: number;
}

export class StaleInstanceDto {
  @ApiProperty({ example: 'support:triage' })
  agent_id!: string;

  @ApiProperty({ example: 'support-7c9f-x2x1' })
  instance_id!: string;

  @ApiProperty({ example: 185, description: 'What it works by.' })
  revision!: number;

  @ApiProperty({
    type: Number,
    nullable: true,
    example: 1_400,
    description:
      'Milliseconds since the first change that it lacks; null when that is too long ago to be known, or when it tells a revision that there is not.',
  })
  behind_ms!: number | null;

  @ApiProperty({ format: 'date-time' })
  last_seen!: string;
}

/** Where the fleet stands. */
export class PolicyConvergenceDto {
  @ApiProperty({ example: 187, description: 'What is in force.' })
  revision!: number;

  @ApiProperty({ type: ConvergedAgentsDto })
  agents!: ConvergedAgentsDto;

  @ApiProperty({
    type: PropagationDto,
    description:
      'Milliseconds from the commit of a change until an instance that was running worked by it, over the changes of the last hour.',
  })
  propagation_ms!: PropagationDto;

  @ApiProperty({
    type: [StaleInstanceDto],
    description: 'Up to 200 instances that work by another revision, the farthest behind first.',
  })
  stale!: StaleInstanceDto[];
}
