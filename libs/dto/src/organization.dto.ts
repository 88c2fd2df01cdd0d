import { ApiProperty } from '@nestjs/swagger';
import { Matches } from 'class-validator';

export class OrganizationSlugParamDto {
  @ApiProperty({ example: 'default' })
  @Matches(/^[a-z0-9][a-z0-9-]{0,38}$/, { message: 'must be 1 to 39 of a–z, 0–9 and `-`' })
  slug!: string;
}

export class OrganizationDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ example: 'default' })
  slug!: string;
}

export class OrganizationListDto {
  @ApiProperty({ type: [OrganizationDto] })
  items!: OrganizationDto[];
}
