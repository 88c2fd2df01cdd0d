import { ErasedPersonDto, ErasePersonDto } from '@agion/dto';
import { ApiProblems, Caller } from '@agion/service-kit';
import type { Principal } from '@agion/wire';
import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { PeopleService } from './people.service.js';

@ApiTags('People')
@ApiProblems('malformed-request', 'unauthenticated', 'forbidden', 'validation-failed')
@Controller('v1/people')
export class PeopleController {
  constructor(private readonly people: PeopleService) {}

  @Post('erase')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'erasePerson',
    summary: 'Forget a person',
    description:
      'Removes what a person wrote as feedback and where trust events, decisions, execution reports, violations, ceilings and dead letters name it. What the votes counted stays, and so does the audit trail. Needs the role `admin`.',
  })
  @ApiOkResponse({ type: ErasedPersonDto })
  async erase(@Caller() caller: Principal, @Body() { user_id: person }: ErasePersonDto): Promise<ErasedPersonDto> {
    const { standIn, deadLetters, ...counts } = await this.people.erase(caller, person);
    return { stand_in: standIn, ...counts, dead_letters: deadLetters };
  }
}
