import { EVENT_KINDS, EventsAcceptedDto, MAX_EVENTS } from '@agion/dto';
import { ApiProblems, Caller } from '@agion/service-kit';
import type { Principal } from '@agion/wire';
import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger';
import { EventsService } from './events.service.js';

@ApiTags('Events')
@Controller('v1/events')
export class EventsController {
  constructor(private readonly events: EventsService) {}

  @Post()
  @HttpCode(202)
  @ApiOperation({
    operationId: 'reportEvents',
    summary: 'Report events over HTTP',
    description: `One event, a list, or \`{"events": […]}\` of up to ${MAX_EVENTS}; each has a \`kind\` (${EVENT_KINDS.join(', ')}) and the fields it would have on its stream; a report is one of an execution. The body has at most 1 MB. Who reports follows from the credentials, and only an agent or its container says what it did and decided. All are taken in, or none.`,
  })
  @ApiBody({
    schema: {
      type: 'object',
      additionalProperties: true,
      example: {
        events: [
          { kind: 'trust', agent_id: 'demo:echo', event_type: 'task_completed', severity: 'positive', impact: 0.05 },
        ],
      },
    },
  })
  @ApiAcceptedResponse({ type: EventsAcceptedDto })
  @ApiProblems(
    'malformed-request',
    'unauthenticated',
    'forbidden',
    'validation-failed',
    'too-many-requests',
    'unavailable',
  )
  async report(@Caller() caller: Principal, @Body() body: unknown): Promise<EventsAcceptedDto> {
    const { received, accepted } = await this.events.accept(caller, body, new Date());
    return { received, accepted, duplicates: received - accepted };
  }
}
