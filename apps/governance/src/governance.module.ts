import { DatabaseModule } from '@agion/database';
import { Module } from '@nestjs/common';
import { ActionsModule } from './actions/actions.module.js';
import { AuditModule } from './audit/audit.module.js';
import { DeadLettersModule } from './dead-letters/dead-letters.module.js';
import { DecisionsModule } from './decisions/decisions.module.js';
import { EventsModule } from './events/events.module.js';
import { FeedbackModule } from './feedback/feedback.module.js';
import { GovernanceSettings } from './governance.config.js';
import { IdempotencyModule } from './idempotency/idempotency.module.js';
import { OutboxModule } from './outbox/outbox.module.js';
import { PeopleModule } from './people/people.module.js';
import { PoliciesModule } from './policies/policies.module.js';
import { ReportsModule } from './reports/reports.module.js';
import { ShadowModule } from './shadow/shadow.module.js';
import { SimulationModule } from './simulation/simulation.module.js';
import { TrustModule } from './trust/trust.module.js';
import { ViolationsModule } from './violations/violations.module.js';
import { WebhooksModule } from './webhooks/webhooks.module.js';

@Module({
  imports: [
    DatabaseModule.forService('governance', GovernanceSettings),
    OutboxModule,
    IdempotencyModule,
    AuditModule,
    PoliciesModule,
    ActionsModule,
    SimulationModule,
    ShadowModule,
    DecisionsModule,
    TrustModule,
    FeedbackModule,
    PeopleModule,
    ReportsModule,
    ViolationsModule,
    EventsModule,
    DeadLettersModule,
    WebhooksModule,
  ],
})
export class GovernanceModule {}
