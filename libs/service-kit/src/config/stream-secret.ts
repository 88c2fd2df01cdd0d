import type { FactoryProvider, Type } from '@nestjs/common';
import { MinLength } from 'class-validator';
import { StreamKeys } from '../identity/stream-keys.js';
import { Setting } from './setting.js';

/** The setting of a service that gives out or checks the keys agents sign their stream entries with. */
export const StreamSecret = (): PropertyDecorator => (target, property) => {
  Setting('AGION_STREAM_SECRET', {
    about:
      'Secret from which the keys are derived that agents sign their stream entries with, 32 characters or more. The same for registry, governance and coordination.',
    secret: true,
  })(target, property);
  MinLength(32, { message: 'must have 32 characters or more' })(target, property);
};

/** Makes the stream keys injectable in a service whose settings hold that secret. */
export const streamKeysFrom = (settings: Type<{ streamSecret: string }>): FactoryProvider<StreamKeys> => ({
  provide: StreamKeys,
  inject: [settings],
  useFactory: ({ streamSecret }: { streamSecret: string }) => new StreamKeys(streamSecret),
});
