import { ApiProperty } from '@nestjs/swagger';

/** A problem of the catalogue as the type URI describes it. */
export class ProblemPageDto {
  @ApiProperty({ example: '/problems/conflict' })
  type!: string;

  @ApiProperty({ example: 'Conflict' })
  title!: string;

  @ApiProperty({ example: 409 })
  status!: number;

  @ApiProperty({ example: 'The object exists already or has changed since it was read.' })
  help!: string;
}

/** All of them. */
export class ProblemCatalogueDto {
  @ApiProperty({ type: [ProblemPageDto] })
  items!: ProblemPageDto[];
}
