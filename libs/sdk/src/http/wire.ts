import type { components } from '../generated/api.js';

type Schemas = components['schemas'];

/** A body or an answer as it stands on the wire, by its name in openapi.json. */
export type Wire<Name extends keyof Schemas> = Schemas[Name];
