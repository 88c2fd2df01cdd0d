import { createHash } from 'node:crypto';
import { type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { HEADERS } from '@agion/wire';
import { from, lastValueFrom, type Observable } from 'rxjs';
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

/** Where the first answers are kept; `IdempotencyStore` of @agion/database has this shape. */
export interface Idempotency {
  claim(
    request: IdempotentRequest,
  ): Promise<{ state: 'new' | 'running' | 'different' } | { state: 'done'; answer: StoredAnswer }>;
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
    return from(this.answer(claim, http.getResponse<FastifyReply>(), next));
  }

  private async answer(request: IdempotentRequest, reply: FastifyReply, next: CallHandler): Promise<unknown> {
    const claim = await this.idempotency.claim(request);
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
    try {
      const body: unknown = await lastValueFrom(next.handle());
      await this.idempotency.finish(request, { status: reply.statusCode, body });
      return body;
    } catch (error) {
      await this.idempotency.release(request);
      throw error;
    }
  }
}
