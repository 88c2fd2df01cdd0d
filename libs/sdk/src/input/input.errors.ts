import { AgionError } from '../errors.js';

/** What is wrong with one field of what a caller gave. */
export interface FieldFault {
  /** As the caller wrote it, e.g. `impact`. */
  readonly field: string;
  readonly detail: string;
}

/** Something the platform would refuse: thrown at the call, where it can be mended, and before anything is sent. */
export class InvalidInputError extends AgionError {
  static override readonly kind = 'InvalidInputError';

  constructor(readonly faults: readonly FieldFault[]) {
    super(faults.map(({ field, detail }) => `\`${field}\` ${detail}`).join('; '));
  }
}
