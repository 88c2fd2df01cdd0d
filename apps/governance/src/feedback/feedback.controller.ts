import { FeedbackDto, SubmitFeedbackDto } from '@agion/dto';
import { ApiProblems, Caller, ForbiddenError } from '@agion/service-kit';
import { HEADERS, hasRole, type Principal } from '@agion/wire';
import { Body, Controller, Post, UseInterceptors } from '@nestjs/common';
import { ApiCreatedResponse, ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CreateOnce } from '../idempotency/create-once.interceptor.js';
import type { Feedback } from './feedback.js';
import { FeedbackService } from './feedback.service.js';

@ApiTags('Trust')
@Controller('v1/feedback')
export class FeedbackController {
  constructor(private readonly feedback: FeedbackService) {}

  @Post()
  @UseInterceptors(CreateOnce)
  @ApiOperation({
    operationId: 'submitFeedback',
    summary: 'Say how an agent did',
    description:
      'A rating from 1 to 5, or a thumb. A person’s word counts 1.5 times, another agent’s half, an agent’s about itself a quarter. One vote counts for each voter and execution, or UTC day where no `execution_id` is given: a later one replaces it.',
  })
  @ApiHeader({ name: HEADERS.idempotencyKey, required: false, description: 'The same key counts once only.' })
  @ApiCreatedResponse({ type: FeedbackDto })
  @ApiProblems(
    'malformed-request',
    'unauthenticated',
    'forbidden',
    'agent-not-found',
    'conflict',
    'validation-failed',
    'idempotency-key-reused',
  )
  async submit(@Caller() caller: Principal, @Body() body: SubmitFeedbackDto): Promise<FeedbackDto> {
    if (!hasRole(caller, 'viewer') && caller.kind !== 'agent' && caller.kind !== 'container')
      throw new ForbiddenError('this needs the role `viewer`, or the token of an agent or container');
    return toFeedbackDto(await this.feedback.submit(caller, body, new Date()));
  }
}

const toFeedbackDto = ({ id, agentId, rating, comment, executionId, source, at }: Feedback): FeedbackDto => ({
  feedback_id: id,
  agent_id: agentId,
  rating,
  comment,
  execution_id: executionId,
  source,
  at: at.toISOString(),
});
