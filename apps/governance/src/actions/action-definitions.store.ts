import { OrganizationScope } from '@agion/database';
import type { ActionDefinition } from '@agion/policy-engine';
import { Injectable } from '@nestjs/common';
import type pg from 'pg';

/** What was known of an action from a revision on. */
export interface VersionedAction extends ActionDefinition {
  version: number;
}

interface Row extends pg.QueryResultRow {
  name: string;
  version: number;
  risk: ActionDefinition['risk'];
  context_schema: ActionDefinition['contextSchema'];
}

/** What decisions need to know of actions. */
@Injectable()
export class ActionDefinitionsStore {
  constructor(private readonly scope: OrganizationScope) {}

  /**
   * What was known at a revision, by name in the order of code units.
   * @param atHand versions that are known already, and are taken as they are: what is compiled of a schema is kept with it
   */
  async at(
    organizationId: string,
    revision: number,
    atHand: readonly VersionedAction[] = [],
  ): Promise<readonly VersionedAction[]> {
    const rows = await this.scope.query<Row>(organizationId, {
      name: 'actions_at',
      text: `SELECT DISTINCT ON (name) name, version, risk, context_schema FROM governance.actions
        WHERE organization_id = $1 AND revision <= $2 ORDER BY name, version DESC`,
      values: [organizationId, revision],
    });
    const known = new Map(atHand.map((action) => [nameOf(action), action]));
    return rows
      .map((row) => {
        const { name, version, risk, context_schema: contextSchema } = row;
        return known.get(nameOf(row)) ?? { name, version, risk, contextSchema };
      })
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

const nameOf = ({ name, version }: { name: string; version: number }): string => `${name} ${version}`;
