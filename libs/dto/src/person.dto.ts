import { ApiProperty } from '@nestjs/swagger';
import { IsText } from './text.js';

/** Who is to be forgotten. In the body, so that the name stands in no address and no log. */
export class ErasePersonDto {
  @ApiProperty({ example: '5f7c…', description: 'The user id as the issuer’s tokens tell it (`sub`).' })
  @IsText(200)
  user_id!: string;
}

/** What was made nobody’s. */
export class ErasedPersonDto {
  @ApiProperty({ example: 'erased:9f2c…', description: 'What stands in place of the person.' })
  stand_in!: string;

  @ApiProperty({ example: 12, description: 'Feedback whose comment and author are gone; its votes still count.' })
  feedback!: number;

  @ApiProperty({ example: 15, description: 'Trust events that named the person.' })
  events!: number;

  @ApiProperty({ example: 3, description: 'Decisions asked in the person’s name, or whose context named it.' })
  decisions!: number;

  @ApiProperty({ example: 0, description: 'Violations that named the person, also as who dealt with them.' })
  violations!: number;

  @ApiProperty({ example: 1, description: 'Execution reports that named the person in what they told besides.' })
  reports!: number;

  @ApiProperty({
    example: 0,
    description: 'Dead letters that named the person: what they held is gone, and they cannot be put back.',
  })
  dead_letters!: number;
}
