import type { RedisConnection } from '@agion/messaging';
import { COMMAND_REDIS } from '@agion/service-kit';
import { Module } from '@nestjs/common';
import { StreamTicketsController } from './stream-tickets.controller.js';
import { StreamTickets } from './stream-tickets.service.js';

@Module({
  controllers: [StreamTicketsController],
  providers: [
    {
      provide: StreamTickets,
      inject: [COMMAND_REDIS],
      useFactory: (redis: RedisConnection) => new StreamTickets(redis),
    },
  ],
  exports: [StreamTickets],
})
export class StreamTicketsModule {}
