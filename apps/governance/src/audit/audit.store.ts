import { OrganizationScope, WorkerPool } from '@agion/database';
import { Injectable } from '@nestjs/common';
import type { AuditEvent, RecordedAuditEvent } from './audit-event.js';
import { countRecorded, recordAuditEvents, type AuditFactOf, type RecordedRow } from './audit-rows.store.js';
import type { AuditSearch } from './audit-search.js';

interface AuditRow {
  event_id: string;
  type: string;
  actor: Record<string, unknown>;
  subject: Record<string, unknown>;
  outcome: string;
  details: Record<string, unknown> | null;
  source: AuditEvent['source'];
  trace_id: string | null;
  at: Date;
  recorded_at: Date;
}

/** Beyond every id, so that a search without a cursor is the same statement and uses the same index. */
const BEHIND_ALL = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

const SEARCH = `
SELECT event_id, type, actor, subject, outcome, details, source, trace_id, at, recorded_at FROM governance.audit_events
WHERE (at, event_id) < ($1::timestamptz, $2::uuid) AND at >= $3::timestamptz AND at < $4::timestamptz
  AND ($5::text IS NULL OR type = $5) AND ($6::text IS NULL OR actor ->> 'id' = $6)
  AND ($7::text IS NULL OR subject ->> 'kind' = $7) AND ($8::text IS NULL OR subject ->> 'id' = $8)
  AND ($9::text IS NULL OR outcome = $9)
ORDER BY at DESC, event_id DESC LIMIT $10`;

/** `governance.audit_events`: appended to, searched, never changed. */
@Injectable()
export class AuditStore {
  constructor(
    private readonly worker: WorkerPool,
    private readonly scope: OrganizationScope,
  ) {}

  /** Writes facts of any organizations in one statement; those that are there already stay as they are. @returns how many are new */
  async record(facts: readonly AuditFactOf[]): Promise<number> {
    return countRecorded(await this.worker.query<RecordedRow & Record<string, unknown>>(recordAuditEvents(facts)));
  }

  /** Newest first. */
  async search(organizationId: string, search: AuditSearch): Promise<RecordedAuditEvent[]> {
    const { after, from, to, type, actor, subjectKind, subjectId, outcome, limit } = search;
    const rows = await this.scope.query<AuditRow>(organizationId, {
      name: 'search_audit_events',
      text: SEARCH,
      values: [
        after?.at ?? 'infinity',
        after?.eventId ?? BEHIND_ALL,
        from ?? '-infinity',
        to ?? 'infinity',
        type,
        actor,
        subjectKind,
        subjectId,
        outcome,
        limit,
      ],
    });
    return rows.map(({ event_id: eventId, trace_id: traceId, recorded_at: recordedAt, ...row }) => ({
      ...row,
      eventId,
      traceId,
      recordedAt,
    }));
  }
}
