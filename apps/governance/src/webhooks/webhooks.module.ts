import { Module } from '@nestjs/common';
import { DeliveriesController } from './deliveries.controller.js';
import { DeliveriesStore } from './deliveries.store.js';
import { DeliveryLogUpkeep } from './delivery-log-upkeep.service.js';
import { DueDeliveriesStore } from './due-deliveries.store.js';
import { WebhookDeliverer } from './webhook-deliverer.service.js';
import { WebhookClient } from './webhook.client.js';
import { WebhooksController } from './webhooks.controller.js';
import { WebhooksService } from './webhooks.service.js';
import { WebhooksStore } from './webhooks.store.js';

/** Facts of the trail, sent to whoever asked for them. They are queued where they are written: `audit-rows.store.ts`. */
@Module({
  controllers: [WebhooksController, DeliveriesController],
  providers: [
    DeliveriesStore,
    DeliveryLogUpkeep,
    DueDeliveriesStore,
    WebhookClient,
    WebhookDeliverer,
    WebhooksService,
    WebhooksStore,
  ],
})
export class WebhooksModule {}
