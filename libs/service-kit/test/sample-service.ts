import { Body, Controller, Get, Module, Post, Query, Req } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { PermanentError } from '@agion/messaging';
import { STREAMS, type Principal } from '@agion/wire';
import { IsInt, IsString, Max, MaxLength, ValidateNested } from 'class-validator';
import { Type } from 'class-transformer';
import type { FastifyRequest } from 'fastify';
import {
  Caller,
  DomainError,
  defineService,
  identityOf,
  InternalFor,
  OnBehalf,
  ownSettings,
  StreamHandler,
  type StreamMessage,
} from '@agion/service-kit';

/** The smallest service that uses every part of the kit. */
class SampleSettings extends ownSettings('governance') {}

class InnerDto {
  @IsInt()
  count!: number;
}

class NoteDto {
  @IsString()
  @MaxLength(20)
  text!: string;

  @ValidateNested()
  @Type(() => InnerDto)
  inner!: InnerDto;
}

class NoteQueryDto {
  @IsInt()
  @Max(10)
  limit = 5;
}

class MissionEntryDto {
  @IsString()
  mission_id!: string;

  @IsString()
  event_type!: string;
}

export const received: StreamMessage<MissionEntryDto>[] = [];

@Controller('v1/notes')
class NotesController {
  @Get()
  list(@Caller() caller: Principal, @Query() query: NoteQueryDto): object {
    return { caller: caller.subject, limit: query.limit };
  }

  @Post()
  create(@Body() body: NoteDto): NoteDto {
    return body;
  }

  @Get('broken')
  broken(): never {
    throw new Error('the password is hunter2');
  }

  @Get('missing')
  missing(): never {
    throw new DomainError('mission-not-found', 'no mission `x`', { hint: 'make one' });
  }

  @Get('for-runs')
  @OnBehalf()
  forRuns(@Caller() caller: Principal, @Req() request: FastifyRequest): object {
    return { caller: caller.subject, role: caller.role, act_for: identityOf(request).actFor ?? null };
  }

  @Get('registry-only')
  @InternalFor('registry')
  internal(): object {
    return {};
  }
}

@Controller()
class MissionConsumer {
  @StreamHandler(STREAMS.missions, { group: 'sample', entry: MissionEntryDto })
  record(@Payload() messages: StreamMessage<MissionEntryDto>[]): void {
    if (messages.some(({ entry }) => entry.event_type === 'impossible'))
      throw new PermanentError('this can never work');
    received.push(...messages);
  }
}

@Module({ controllers: [NotesController, MissionConsumer] })
class SampleModule {}

export const sample = defineService({ name: 'governance', module: SampleModule, settings: SampleSettings });
