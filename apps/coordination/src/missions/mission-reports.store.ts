import { WorkerPool } from '@agion/database';
import { Injectable } from '@nestjs/common';
import type { MissionReport } from './mission.js';

/**
 * Only what belongs to a mission of the same organization is written; the answer names those, by their place in the batch.
 * In the order of the key: two replicas that write the same reports never wait for each other in a circle.
 */
const RECORD = `
WITH given AS (
  SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::jsonb[], $8::timestamptz[])
    WITH ORDINALITY AS report (organization_id, event_id, mission_id, agent_id, event_type, task_id, payload, at, place)
), known AS (
  SELECT given.* FROM given
  JOIN coordination.missions AS mission ON mission.organization_id = given.organization_id AND mission.id = given.mission_id
), recorded AS (
  INSERT INTO coordination.mission_events (organization_id, event_id, mission_id, agent_id, event_type, task_id, payload, at)
  SELECT organization_id, event_id, mission_id::text, agent_id, event_type, task_id, payload, at FROM known ORDER BY 1, 2
  ON CONFLICT (organization_id, event_id) DO NOTHING
)
SELECT place::int FROM known`;

/** `coordination.mission_events`, as the stream fills it. */
@Injectable()
export class MissionReportsStore {
  constructor(private readonly worker: WorkerPool) {}

  /** Writes reports of any organizations in one statement, each once. @returns the indexes of those whose mission is unknown */
  async record(given: readonly { organizationId: string; report: MissionReport }[]): Promise<number[]> {
    const reports = given.map(({ report }) => report);
    const rows = await this.worker.query<{ place: number }>({
      name: 'record_mission_events',
      text: RECORD,
      values: [
        given.map(({ organizationId }) => organizationId),
        reports.map(({ eventId }) => eventId),
        reports.map(({ missionId }) => missionId),
        reports.map(({ agentId }) => agentId),
        reports.map(({ type }) => type),
        reports.map(({ taskId }) => taskId),
        reports.map(({ payload }) => payload && JSON.stringify(payload)),
        reports.map(({ at }) => at),
      ],
    });
    const known = new Set(rows.map(({ place }) => place - 1));
    return [...given.keys()].filter((index) => !known.has(index));
  }
}
