import { StreamTicketDto } from '@agion/dto';
import { ApiProblems, UnauthenticatedError } from '@agion/service-kit';
import { Controller, Post, Req } from '@nestjs/common';
import { ApiCreatedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { bearerOf } from '../auth/bearer.js';
import { StreamTickets, TICKET_SECONDS } from './stream-tickets.service.js';

/** Tickets for what browsers open without headers. */
@ApiTags('administration')
@Controller('api/v1/stream-tickets')
export class StreamTicketsController {
  constructor(private readonly tickets: StreamTickets) {}

  @Post()
  @ApiOperation({
    operationId: 'createStreamTicket',
    summary: 'A ticket for one stream',
    description:
      'For `?ticket=` where a browser cannot send headers. It stands for the credentials of this request, for one stream that is opened within 30 seconds.',
  })
  @ApiCreatedResponse({ type: StreamTicketDto })
  @ApiProblems('unauthenticated', 'forbidden', 'unavailable')
  async create(@Req() request: FastifyRequest): Promise<StreamTicketDto> {
    const credentials = bearerOf(request.raw);
    if (credentials === undefined) throw new UnauthenticatedError();
    return { ticket: await this.tickets.issue(credentials), expires_in_seconds: TICKET_SECONDS };
  }
}
