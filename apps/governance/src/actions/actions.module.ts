import { Module } from '@nestjs/common';
import { PoliciesModule } from '../policies/policies.module.js';
import { ActionsController } from './actions.controller.js';
import { Actions } from './actions.service.js';
import { ActionsStore } from './actions.store.js';

/** What is known of actions: their risk, and what their contexts look like. */
@Module({ imports: [PoliciesModule], controllers: [ActionsController], providers: [ActionsStore, Actions] })
export class ActionsModule {}
