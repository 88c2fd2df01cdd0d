import { PolicyIdParamDto, ShadowQueryDto, ShadowReportDto } from '@agion/dto';
import { ApiProblems, Caller, requireRole } from '@agion/service-kit';
import type { Principal } from '@agion/wire';
import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { PolicyNotFoundError } from '../policies/policies.errors.js';
import { PolicyReadsStore } from '../policies/policy-reads.store.js';
import { ShadowCountsStore } from './shadow-counts.store.js';
import { MOST_SAMPLES } from './shadow-tally.js';

@ApiTags('policies')
@ApiProblems('unauthenticated', 'forbidden', 'validation-failed', 'policy-not-found')
@Controller('v1/policies/:id/shadow')
export class ShadowReportsController {
  constructor(
    private readonly policies: PolicyReadsStore,
    private readonly counts: ShadowCountsStore,
  ) {}

  @Get()
  @ApiOperation({
    operationId: 'getPolicyShadow',
    summary: 'What a shadow policy would have changed',
    description:
      'By day and version, of decisions that are in the ledger: what SDKs leave out of it is not counted. With the last decisions that would have come out differently. Needs the role `viewer`.',
  })
  @ApiOkResponse({ type: ShadowReportDto })
  async report(
    @Caller() caller: Principal,
    @Param() { id }: PolicyIdParamDto,
    @Query() { days: span }: ShadowQueryDto,
  ): Promise<ShadowReportDto> {
    requireRole(caller, 'viewer');
    const organizationId = caller.organization.id;
    const policy = await this.policies.find(organizationId, id);
    if (!policy) throw new PolicyNotFoundError(id);
    const days = await this.counts.of(organizationId, id, span);
    const ids = days.flatMap(({ samples }) => samples).slice(0, MOST_SAMPLES);
    const sum = (name: 'would_deny' | 'would_allow' | 'changed'): number =>
      days.reduce((total, day) => total + day[name], 0);
    return {
      policy_id: id,
      mode: policy.document.spec.mode,
      would_deny: sum('would_deny'),
      would_allow: sum('would_allow'),
      changed: sum('changed'),
      days: days.map(({ samples: _, ...day }) => day),
      samples: (await this.counts.decisions(organizationId, ids)).map(({ at, ...decision }) => ({
        ...decision,
        at: at.toISOString(),
      })),
    };
  }
}
