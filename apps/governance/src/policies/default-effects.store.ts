import { OrganizationScope, Outbox } from '@agion/database';
import type { AuditEntry } from '@agion/service-kit';
import { Injectable } from '@nestjs/common';
import { UNCHANGED } from './policy-record.js';

export type Effect = 'allow' | 'deny';

/** What holds where no policy matches, now and at earlier revisions. */
@Injectable()
export class DefaultEffectsStore {
  constructor(
    private readonly scope: OrganizationScope,
    private readonly outbox: Outbox,
  ) {}

  /**
   * Takes over the effect that settings of an organization name, as a revision if it is another one. Settings that are not newer
   * than those taken over before change nothing, so replicas that learn of them at different times agree.
   * @returns the revision; null when nothing is different for anybody
   */
  adopt(
    organizationId: string,
    { version, effect }: { version: number; effect: Effect },
    audit: (revision: number) => AuditEntry,
  ): Promise<number | null> {
    return this.scope.transaction(organizationId, async (client) => {
      await client.query({
        text: 'INSERT INTO governance.policy_revisions (organization_id) VALUES ($1) ON CONFLICT DO NOTHING',
        values: [organizationId],
      });
      const { rows } = await client.query<{ revision: string; differs: boolean }>({
        text: `WITH before AS (
            SELECT default_effect FROM governance.policy_revisions WHERE organization_id = $1 FOR UPDATE)
          UPDATE governance.policy_revisions state SET settings_version = $2, default_effect = $3,
            revision = revision + (before.default_effect <> $3)::int
          FROM before WHERE organization_id = $1 AND settings_version < $2
          RETURNING state.revision, before.default_effect <> $3 AS differs`,
        values: [organizationId, version, effect],
      });
      if (!rows[0]?.differs) return null;
      const revision = Number(rows[0].revision);
      await client.query({
        text: 'INSERT INTO governance.default_effects (organization_id, revision, effect) VALUES ($1, $2, $3)',
        values: [organizationId, revision, effect],
      });
      await this.outbox.append(client, audit(revision));
      return revision;
    });
  }

  /** The effect that held at a revision. */
  async at(organizationId: string, revision: number): Promise<Effect> {
    const [row] = await this.scope.query<{ effect: Effect }>(organizationId, {
      name: 'default_effect_at',
      text: `SELECT effect FROM governance.default_effects WHERE organization_id = $1 AND revision <= $2
        ORDER BY revision DESC LIMIT 1`,
      values: [organizationId, revision],
    });
    return row?.effect ?? UNCHANGED.defaultEffect;
  }
}
