import {
  DeadLetterDetailDto,
  DeadLetterDto,
  DeadLetterIdParamDto,
  DeadLetterPageDto,
  DeadLettersQueryDto,
  decodeCursor,
  DiscardDeadLetterDto,
  encodeCursor,
  parseInstant,
} from '@agion/dto';
import { ApiProblems, Caller, ValidationFailedError } from '@agion/service-kit';
import type { Principal } from '@agion/wire';
import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { toDeadLetterDetailDto, toDeadLetterDto } from './dead-letter-view.js';
import { DeadLettersService } from './dead-letters.service.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

@ApiTags('Dead letters')
@ApiProblems('unauthenticated', 'forbidden', 'validation-failed')
@Controller('v1/dead-letters')
export class DeadLettersController {
  constructor(private readonly letters: DeadLettersService) {}

  @Get()
  @ApiOperation({
    operationId: 'listDeadLetters',
    summary: 'List entries of streams that could not be handled',
    description: 'Of all streams; those that died last first. Kept for thirty days. Needs the role `operator`.',
  })
  @ApiOkResponse({ type: DeadLetterPageDto })
  async list(@Caller() caller: Principal, @Query() query: DeadLettersQueryDto): Promise<DeadLetterPageDto> {
    const { stream = null, status = null, kind = null, agent_id: agentId = null, limit, cursor } = query;
    const span = { since: instantIn(query.since), until: instantIn(query.until) };
    if (span.since && span.until && span.since >= span.until)
      throw new ValidationFailedError([{ pointer: '/query/until', detail: 'must be after `since`' }]);
    const after = cursor === undefined ? null : positionIn(cursor);
    const search = { stream, status, kind, agentId, ...span, after, limit: limit + 1 };
    const found = await this.letters.list(caller, search);
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      items: page.map(toDeadLetterDto),
      next_cursor: found.length > page.length && last ? encodeCursor(last.failedAt.toISOString(), last.id) : null,
    };
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getDeadLetter', summary: 'What an entry held that could not be handled' })
  @ApiOkResponse({ type: DeadLetterDetailDto })
  @ApiProblems('dead-letter-not-found')
  async get(@Caller() caller: Principal, @Param() { id }: DeadLetterIdParamDto): Promise<DeadLetterDetailDto> {
    return toDeadLetterDetailDto(await this.letters.find(caller, id), Date.now());
  }

  @Post(':id/redrive')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'redriveDeadLetter',
    summary: 'Put an entry back into its stream',
    description:
      'As it came, and for the time it came first; it counts once, however often it is put back. Mend what it died of before: one that fails again is open again. A request whose deadline has passed stays where it is.',
  })
  @ApiOkResponse({ type: DeadLetterDto })
  @ApiProblems(
    'dead-letter-not-found',
    'dead-letter-settled',
    'dead-letter-not-redrivable',
    'too-many-requests',
    'unavailable',
  )
  async redrive(@Caller() caller: Principal, @Param() { id }: DeadLetterIdParamDto): Promise<DeadLetterDto> {
    return toDeadLetterDto(await this.letters.redrive(caller, id));
  }

  @Post(':id/discard')
  @HttpCode(200)
  @ApiOperation({ operationId: 'discardDeadLetter', summary: 'Say that an entry will never count, and why' })
  @ApiOkResponse({ type: DeadLetterDto })
  @ApiProblems('dead-letter-not-found', 'dead-letter-settled', 'malformed-request')
  async discard(
    @Caller() caller: Principal,
    @Param() { id }: DeadLetterIdParamDto,
    @Body() { reason }: DiscardDeadLetterDto,
  ): Promise<DeadLetterDto> {
    return toDeadLetterDto(await this.letters.discard(caller, id, reason));
  }
}

/** The query's class has let only times through. */
const instantIn = (text: string | undefined): Date | null => (text === undefined ? null : parseInstant(text));

/** @throws ValidationFailedError when it is none of our cursors */
function positionIn(cursor: string): { at: Date; id: string } {
  const [time = '', id = ''] = decodeCursor(cursor, 2) ?? [];
  const at = parseInstant(time);
  if (at && UUID.test(id)) return { at, id };
  throw new ValidationFailedError([
    { pointer: '/query/cursor', detail: 'must be the `next_cursor` of the page before' },
  ]);
}
