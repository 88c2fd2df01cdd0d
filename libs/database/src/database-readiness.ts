import { LATEST_MIGRATION } from './latest-migration.js';
import type { OrganizationScope } from './organization-scope.js';

/** No organization has this id: the check reads none of their rows. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

const UNDEFINED_TABLE = '42P01';
const INSUFFICIENT_PRIVILEGE = '42501';

/** Answers for Postgres on `GET /readiness`, which finds it by its shape. */
export class DatabaseReadiness {
  readonly readinessName = 'postgres';

  constructor(
    private readonly scope: OrganizationScope,
    private readonly migration: string = LATEST_MIGRATION,
  ) {}

  /** Newer migrations may have been applied: they only add, so a service of the release before goes on. @throws when it cannot work */
  async checkReadiness(): Promise<{ migration: string }> {
    if (!(await this.isApplied()))
      throw new Error(`migration \`${this.migration}\` is not applied: run npm run db:migrate`);
    return { migration: this.migration };
  }

  private async isApplied(): Promise<boolean> {
    try {
      const rows = await this.scope.query(NOBODY, {
        name: 'applied_migration',
        text: 'SELECT 1 FROM public._prisma_migrations WHERE migration_name = $1 AND finished_at IS NOT NULL AND rolled_back_at IS NULL',
        values: [this.migration],
      });
      return rows.length > 0;
    } catch (error) {
      // The table and the right to read it come with the migrations.
      if ([UNDEFINED_TABLE, INSUFFICIENT_PRIVILEGE].includes(String((error as { code?: unknown }).code))) return false;
      throw error;
    }
  }
}
