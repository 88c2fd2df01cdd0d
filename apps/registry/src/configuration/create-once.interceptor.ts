import { Inject, Injectable } from '@nestjs/common';
import { IdempotencyInterceptor, type Idempotency } from '@agion/service-kit';

/** Injection token of where first answers are kept. */
export const IDEMPOTENCY = Symbol('idempotency');

/** Honours `Idempotency-Key` where prompts, models and resources are created. */
@Injectable()
export class CreateOnce extends IdempotencyInterceptor {
  constructor(@Inject(IDEMPOTENCY) idempotency: Idempotency) {
    super(idempotency);
  }
}
