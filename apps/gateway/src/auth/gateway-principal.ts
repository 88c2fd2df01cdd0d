import { DEFAULT_ORGANIZATION, type Principal } from '@agion/wire';

/** The gateway speaking for itself: its own questions to other services, not a caller's. */
export const GATEWAY: Principal = {
  kind: 'service',
  subject: 'gateway',
  organization: DEFAULT_ORGANIZATION,
  role: null,
  groups: [],
};
