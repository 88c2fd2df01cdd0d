import { inOrganization, Outbox, Prisma, PrismaService, type OutboxFact } from '@agion/database';
import type { MissionStatus } from '@agion/wire';
import { Injectable } from '@nestjs/common';
import type { Mission, MissionBudget, MissionReport, MissionSummary } from './mission.js';
import type { PlanStep } from './plan.js';

/** Which missions a list shows. */
export interface MissionSearch {
  status?: MissionStatus | undefined;
  /** Only those created before this one. */
  olderThan?: string | undefined;
  limit: number;
}

/** Reports shown with a mission. */
const RECENT_REPORTS = 20;

type MissionRow = Prisma.MissionGetPayload<{ omit: { plan: true } }>;

/** `coordination.missions`, and what was reported about one. */
@Injectable()
export class MissionsStore {
  constructor(
    private readonly prisma: PrismaService,
    private readonly outbox: Outbox,
  ) {}

  /** Keeps a new mission together with the fact that tells of it. @returns the mission that has this id, be it new or not */
  async add(organizationId: string, mission: Mission, fact: OutboxFact): Promise<Mission> {
    const { plan, budget, ...columns } = mission;
    const added = await inOrganization(this.prisma, organizationId, async (tx) => {
      const data = {
        ...columns,
        organizationId,
        plan: plan as unknown as Prisma.InputJsonArray,
        budget: budget === null ? Prisma.DbNull : { ...budget },
      };
      const { count } = await tx.mission.createMany({ data: [data], skipDuplicates: true });
      if (count === 1) await this.outbox.append(tx, fact);
      return count === 1;
    });
    if (added) return mission;
    const known = await this.find(organizationId, mission.id);
    return known?.mission ?? mission;
  }

  /** Newest first. */
  async list(organizationId: string, { status, olderThan, limit }: MissionSearch): Promise<MissionSummary[]> {
    const rows = await inOrganization(this.prisma, organizationId, (tx) =>
      tx.mission.findMany({
        where: { organizationId, ...(status && { status }), ...(olderThan && { id: { lt: olderThan } }) },
        orderBy: { id: 'desc' },
        take: limit,
        omit: { plan: true },
      }),
    );
    return rows.map(summaryOf);
  }

  /** The mission and its latest reports, newest first; null when the organization has no such mission. */
  async find(organizationId: string, id: string): Promise<{ mission: Mission; reports: MissionReport[] } | null> {
    return inOrganization(this.prisma, organizationId, async (tx) => {
      const row = await tx.mission.findUnique({ where: { organizationId_id: { organizationId, id } } });
      if (!row) return null;
      const reports = await tx.missionEvent.findMany({
        where: { organizationId, missionId: row.id },
        orderBy: [{ at: 'desc' }, { eventId: 'desc' }],
        take: RECENT_REPORTS,
      });
      return {
        mission: { ...summaryOf(row), plan: row.plan as unknown as PlanStep[] },
        reports: reports.map((report) => ({ ...report, payload: report.payload as MissionReport['payload'] })),
      };
    });
  }
}

const summaryOf = (row: MissionRow): MissionSummary => ({
  id: row.id,
  name: row.name,
  goal: row.goal,
  status: row.status,
  participants: row.participants,
  budget: row.budget as MissionBudget | null,
  deadline: row.deadline,
  createdBy: row.createdBy,
  createdAt: row.createdAt,
  updatedAt: row.updatedAt,
});
