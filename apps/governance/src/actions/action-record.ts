import type { ActionDefinition } from '@agion/policy-engine';

/** What is known of an action now. */
export interface ActionRecord extends ActionDefinition {
  version: number;
  createdBy: string;
  /** When this version was made. */
  updatedAt: Date;
}

/** A row of `governance.actions`. */
export interface ActionRow {
  name: string;
  version: number;
  risk: ActionDefinition['risk'];
  context_schema: ActionDefinition['contextSchema'];
  created_by: string;
  created_at: Date;
}

export const recordOf = (row: ActionRow): ActionRecord => ({
  name: row.name,
  risk: row.risk,
  contextSchema: row.context_schema,
  version: row.version,
  createdBy: row.created_by,
  updatedAt: row.created_at,
});

/** The schemas of those that have one. */
export const schemasOf = (
  actions: readonly ActionDefinition[],
): Map<string, NonNullable<ActionDefinition['contextSchema']>> =>
  new Map(actions.flatMap(({ name, contextSchema }) => (contextSchema ? [[name, contextSchema] as const] : [])));
