import { defineService } from '@agion/service-kit';
import { GatewaySettings } from './gateway.config.js';
import { GatewayModule } from './gateway.module.js';

export { routeDifferences } from './routing/route-differences.js';
export { reservedWords } from './routing/route-table.js';
export { ROUTES } from './routing/routes.js';
export type { Method, Route } from './routing/routes.js';

/** The public door: who asks, and where it goes. */
export const gateway = defineService({
  name: 'gateway',
  module: GatewayModule,
  settings: GatewaySettings,
  door: 'public',
  body: 'raw',
});
