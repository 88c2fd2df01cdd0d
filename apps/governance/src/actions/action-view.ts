import type { ActionDto } from '@agion/dto';
import type { ActionRecord } from './action-record.js';

/** The order of its members is part of its ETag. */
export const toActionDto = (record: ActionRecord): ActionDto => ({
  name: record.name,
  risk: record.risk,
  context_schema: record.contextSchema as Record<string, unknown> | null,
  version: record.version,
  created_by: record.createdBy,
  updated_at: record.updatedAt.toISOString(),
});
