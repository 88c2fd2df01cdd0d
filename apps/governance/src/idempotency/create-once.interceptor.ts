import { type Idempotency, IdempotencyInterceptor } from '@agion/service-kit';
import { Inject, Injectable } from '@nestjs/common';

/** Injection token of where the answers to creating requests are kept. */
export const IDEMPOTENCY_KEYS = Symbol('idempotency keys');

/** On creating POSTs: a request repeated under its Idempotency-Key creates nothing more and gets the same answer. */
@Injectable()
export class CreateOnce extends IdempotencyInterceptor {
  constructor(@Inject(IDEMPOTENCY_KEYS) keys: Idempotency) {
    super(keys);
  }
}
