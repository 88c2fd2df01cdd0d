import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { PolicyAdoptionQuestionDto } from '@agion/dto';
import { Caller, InternalFor } from '@agion/service-kit';
import type { Principal } from '@agion/wire';
import type { PolicyAdoption } from './policy-adoption.js';
import { PolicyAdoptionStore } from './policy-adoption.store.js';

/** Governance asks where the fleet stands: instances are kept here, commits of policies there. */
@ApiExcludeController()
@InternalFor('governance')
@Controller('internal/policy-adoption')
export class PolicyAdoptionController {
  constructor(private readonly store: PolicyAdoptionStore) {}

  @Post()
  @HttpCode(200)
  look(
    @Caller() { organization }: Principal,
    @Body() { revision, commits }: PolicyAdoptionQuestionDto,
  ): Promise<PolicyAdoption> {
    return this.store.at(organization.id, revision, commits);
  }
}
