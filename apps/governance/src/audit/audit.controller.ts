import { AuditPageDto, AuditQueryDto } from '@agion/dto';
import type { AuditEventDto } from '@agion/dto';
import { ApiProblems, Caller, requireRole, ValidationFailedError } from '@agion/service-kit';
import type { Principal } from '@agion/wire';
import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { RecordedAuditEvent } from './audit-event.js';
import { auditSearch, cursorAfter } from './audit-search.js';
import { AuditStore } from './audit.store.js';

@ApiTags('Audit')
@Controller('v1/audit')
export class AuditController {
  constructor(private readonly store: AuditStore) {}

  @Get()
  @ApiOperation({
    operationId: 'listAuditEvents',
    summary: 'Search the audit trail',
    description: 'Who did what to what, and how it ended; newest first. Needs the role `operator`.',
  })
  @ApiOkResponse({ type: AuditPageDto })
  @ApiProblems('unauthenticated', 'forbidden', 'validation-failed')
  async list(@Caller() caller: Principal, @Query() query: AuditQueryDto): Promise<AuditPageDto> {
    requireRole(caller, 'operator');
    const { subject_kind: subjectKind, subject_id: subjectId, ...rest } = query;
    const search = auditSearch({ ...rest, ...(subjectKind && { subjectKind }), ...(subjectId && { subjectId }) });
    if (Array.isArray(search)) throw new ValidationFailedError(search);
    const found = await this.store.search(caller.organization.id, { ...search, limit: query.limit + 1 });
    const page = found.slice(0, query.limit);
    const last = page.at(-1);
    return {
      items: page.map(toAuditEventDto),
      next_cursor: found.length > page.length && last ? cursorAfter(last) : null,
    };
  }
}

function toAuditEventDto(event: RecordedAuditEvent): AuditEventDto {
  return {
    event_id: event.eventId,
    type: event.type,
    actor: event.actor,
    subject: event.subject,
    outcome: event.outcome as AuditEventDto['outcome'],
    details: event.details,
    source: event.source,
    trace_id: event.traceId,
    at: event.at.toISOString(),
    recorded_at: event.recordedAt.toISOString(),
  };
}
