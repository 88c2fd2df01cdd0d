import { AgUiEventsQueryDto, ContinueRunQueryDto, RunAgentInputDto } from '@agion/dto';
import { ApiProblems, Caller, DomainError, LOGGER, parseJson, ValidationFailedError } from '@agion/service-kit';
import { Controller, Get, Headers, HttpCode, Inject, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { HEADERS, type Principal } from '@agion/wire';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import { expiryOf } from '../auth/credential-expiry.js';
import { acceptedStream, asksForProtobuf, PROTOBUF_MEDIA_TYPE } from './accepted-stream.js';
import { AgUiService, type FollowedRun } from './ag-ui.service.js';
import { agUiProtobufEncoder, agUiSseEncoder } from './encoders/ag-ui-protocol.encoder.js';
import { aguiMessageEncoder } from './encoders/agui-message.encoder.js';
import type { RunEncoder } from './encoders/run-encoder.js';
import { parsePosition, type EventPosition } from './event-position.js';
import { EventStreams } from './event-streams.service.js';
import { readRunAgentInput } from './run-agent-input.js';

const LAST_EVENT_ID = 'last-event-id';
const SESSION_ID = /^[\x21-\x7e]{1,128}$/;
const CONTINUES = {
  name: 'Last-Event-ID',
  required: false,
  description: 'Continues that run instead of starting one.',
};

/** A turn as a stream, in two shapes that never mix: the method says which. Whatever can be refused is refused before the first byte. */
@ApiTags('ag-ui')
@ApiProblems('unauthenticated', 'run-not-found', 'not-acceptable', 'validation-failed', 'unavailable')
@Controller('ag-ui')
export class AgUiController {
  constructor(
    private readonly agUi: AgUiService,
    private readonly streams: EventStreams,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Post('run')
  @HttpCode(200)
  @ApiOperation({ summary: 'Run a turn, as AG-UI 1.0 speaks', operationId: 'runAgent' })
  @ApiBody({ type: RunAgentInputDto })
  @ApiHeader(CONTINUES)
  @ApiOkResponse({
    description: 'AG-UI 1.0 events; as protobuf when `Accept` names it.',
    content: { 'text/event-stream': { schema: { type: 'string' } }, [PROTOBUF_MEDIA_TYPE]: {} },
  })
  @ApiNoContentResponse({ description: 'The run that was to be continued is over, and was read to its end.' })
  @ApiProblems('malformed-request', 'conflict', 'too-many-requests')
  async run(
    @Caller() caller: Principal,
    @Query() query: ContinueRunQueryDto,
    @Headers() headers: Record<string, string | undefined>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const type = acceptedStream(headers.accept);
    if (type === null)
      throw new DomainError('not-acceptable', `ask for \`text/event-stream\` or \`${PROTOBUF_MEDIA_TYPE}\``);
    await this.streams.within(caller, async () => {
      const position = positionOf(headers[LAST_EVENT_ID], query.after);
      const run = position
        ? await this.agUi.continue(caller, position, request.id)
        : await this.agUi.begin(caller, readRunAgentInput(bodyOf(request)), request.id);
      await this.send(request, reply, run, type === 'sse' ? agUiSseEncoder : await agUiProtobufEncoder());
    });
  }

  @Get('events')
  @ApiOperation({ summary: 'Run a turn, as frames of {event_type, data, message}', operationId: 'streamTurn' })
  @ApiHeader(CONTINUES)
  @ApiHeader({ name: 'X-Session-ID', required: false, description: 'The conversation; echoed, made when absent.' })
  @ApiOkResponse({
    description: 'Frames `data: {"event_type", "data", "message"}`.',
    content: { 'text/event-stream': { schema: { type: 'string' } } },
  })
  @ApiNoContentResponse({ description: 'The run that was to be continued is over, and was read to its end.' })
  async events(
    @Caller() caller: Principal,
    @Query() query: AgUiEventsQueryDto,
    @Headers() headers: Record<string, string | undefined>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (asksForProtobuf(headers.accept) || acceptedStream(headers.accept) === null)
      throw new DomainError('not-acceptable', 'this stream is `text/event-stream` only');
    await this.streams.within(caller, async () => {
      const position = positionOf(headers[LAST_EVENT_ID], query.after);
      const session = sessionOf(headers[HEADERS.sessionId]);
      const turn = { threadId: session ?? uuidv7(), userMessage: query.user_message };
      const run = position
        ? await this.agUi.continue(caller, position, request.id)
        : await this.agUi.begin(caller, turn, request.id);
      void reply.header(HEADERS.sessionId, session ?? run?.threadId ?? turn.threadId);
      await this.send(request, reply, run, aguiMessageEncoder);
    });
  }

  private async send(
    request: FastifyRequest,
    reply: FastifyReply,
    run: FollowedRun | null,
    encoder: RunEncoder,
  ): Promise<void> {
    const leaving = new AbortController();
    const frames = run && this.frames(run, encoder, leaving.signal);
    // A run that is over may hold nothing more that this shape can say: known only by looking, and 204 must come first.
    const first = run?.over === true && run.after ? await frames?.next() : undefined;
    if (!run || !frames || first?.done === true) {
      void reply.status(204).send();
      return;
    }
    const stream = this.streams.open(reply, encoder, { principal: run.caller, expiresAt: expiryOf(request) });
    stream.gone.addEventListener('abort', () => leaving.abort(), { once: true });
    if (stream.gone.aborted) leaving.abort();
    try {
      if (first?.value !== undefined) await stream.write(first.value);
      for await (const frame of frames) await stream.write(frame);
    } catch (error) {
      this.logger.error({ err: error, run_id: run.runId }, 'stream of a run failed');
      const told = encoder.encode(
        { kind: 'run.failed', code: 'STREAM_FAILED', message: 'the stream failed on our side' },
        undefined,
      );
      if (told) await stream.write(told);
    }
    stream.end();
  }

  private async *frames(run: FollowedRun, encoder: RunEncoder, signal: AbortSignal): AsyncGenerator<Buffer, undefined> {
    for await (const { event, position } of this.agUi.follow(run, signal)) {
      const frame = encoder.encode(event, position);
      if (frame) yield frame;
    }
    return undefined;
  }
}

/** Bodies reach the gateway's handlers as they came. */
function bodyOf({ body }: FastifyRequest): unknown {
  return Buffer.isBuffer(body) ? parseJson(body) : body;
}

/** @throws ValidationFailedError for a position that no stream of ours has given out */
function positionOf(header: string | undefined, query: string | undefined): EventPosition | null {
  const [text, pointer] = header ? [header, '/header/last-event-id'] : [query, '/query/after'];
  if (!text) return null;
  const position = parsePosition(text);
  if (!position)
    throw new ValidationFailedError([{ pointer, detail: 'must be `<run_id>/<entry id>`, as `id:` gave it' }]);
  return position;
}

function sessionOf(header: string | undefined): string | undefined {
  if (!header) return undefined;
  if (SESSION_ID.test(header)) return header;
  throw new ValidationFailedError([
    { pointer: '/header/x-session-id', detail: 'must be 1 to 128 visible ASCII characters' },
  ]);
}
