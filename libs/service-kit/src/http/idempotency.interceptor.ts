import { createHash } from 'node:crypto';
import { type CallHandler, createParamDecorator, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { HEADERS } from '@agion/wire';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { v7 as uuidv7 } from 'uuid';
import { identityOf } from '../identity/caller.js';
import { DomainError, ValidationFailedError } from '../problem/domain-error.js';

interface StoredAnswer {
  status: number;
  body: unknown;
}

interface IdempotentRequest {
  organizationId: string;
  caller: string;
  key: string;
  requestHash: Buffer;
}

const RESERVED = Symbol('reserved id');

type WithReserved = FastifyRequest & { [RESERVED]?: string };

/**
 * The id for what a handler makes: UUIDv7. Under an Idempotency-Key it is the same when the request is tried again after a crash,
 * so that its object cannot be made twice.
 */
export const NewId = createParamDecorator(
  (_: unknown, context: ExecutionContext): string =>
    context.switchToHttp().getRequest<WithReserved>()[RESERVED] ?? uuidv7(),
);

/** Where the first answers are kept; `IdempotencyStore` of @agion/database has this shape. */
export interface Idempotency {
  claim(
    request: IdempotentRequest,
  ): Promise<
    | { state: 'running' }
    | { state: 'different' }
    | { state: 'done'; answer: StoredAnswer }
    | { state: 'new'; reservedId: string }
  >;
  finish(request: IdempotentRequest, answer: StoredAnswer): Promise<void>;
  release(request: IdempotentRequest): Promise<void>;
}

/**
 * Honours `Idempotency-Key` on creating POSTs: the same request gets the first answer again, another one under the same key is
 * refused. Answers with secrets must not pass through here: they would be stored.
 */
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(private readonly idempotency: Idempotency) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const key = request.headers[HEADERS.idempotencyKey];
    if (request.method !== 'POST' || key === undefined) return next.handle();
    if (typeof key !== 'string' || !/^[\x21-\x7e]{1,200}$/.test(key)) {
      throw new ValidationFailedError([
        { pointer: '/header/idempotency-key', detail: 'must be 1 to 200 visible ASCII characters' },
      ]);
    }
    const { principal } = identityOf(request);
    const hash = createHash('sha256')
      .update(`${request.method} ${request.url}\n${JSON.stringify(request.body ?? null)}`)
      .digest();
    const claim = {
      organizationId: principal.organization.id,
      caller: `${principal.kind}:${principal.subject}`,
      key,
      requestHash: hash,
    };
    return from(this.answer(claim, request, http.getResponse<FastifyReply>(), next));
  }

  private async answer(
    asked: IdempotentRequest,
    request: WithReserved,
    reply: FastifyReply,
    next: CallHandler,
  ): Promise<unknown> {
    const claim = await this.idempotency.claim(asked);
    if (claim.state === 'different')
      throw new DomainError('idempotency-key-reused', 'this Idempotency-Key came with a different request before');
    if (claim.state === 'running')
      throw new DomainError('conflict', 'the first request with this Idempotency-Key is still under way', {
        retryAfter: 1,
      });
    if (claim.state === 'done') {
      void reply.status(claim.answer.status).header('idempotency-replayed', 'true');
      return claim.answer.body;
    }
    request[RESERVED] = claim.reservedId;
    let body: unknown;
    try {
      body = (await lastValueFrom(next.handle())) as unknown;
    } catch (error) {
      await this.idempotency.release(asked);
      throw error;
    }
    // The object exists by now: should its answer be lost, a second try finds the reserved id taken.
    await this.idempotency.finish(asked, { status: reply.statusCode, body });
    return body;
  }
}
