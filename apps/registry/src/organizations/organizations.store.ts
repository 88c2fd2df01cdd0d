import { WorkerPool } from '@agion/database';
import { Injectable } from '@nestjs/common';
import type { Organization } from '@agion/wire';

/** Organizations across organizations: the one table whose rows the others are read by. */
@Injectable()
export class OrganizationsStore {
  constructor(private readonly worker: WorkerPool) {}

  /** All of them, by slug. */
  list(): Promise<Organization[]> {
    return this.worker.query<Organization & Record<string, unknown>>({
      name: 'organizations',
      text: 'SELECT organization_id AS id, slug FROM registry.organizations ORDER BY slug',
    });
  }

  async find(slug: string): Promise<Organization | undefined> {
    const [organization] = await this.worker.query<Organization & Record<string, unknown>>({
      name: 'organization_by_slug',
      text: 'SELECT organization_id AS id, slug FROM registry.organizations WHERE slug = $1',
      values: [slug],
    });
    return organization;
  }
}
