import type { ResourceContentDto, ResourceDto } from '@agion/dto';
import type { ResourceType } from '@agion/wire';
import type { ConfigurationDocument, ConfigurationKind } from '../configuration/configuration.js';

/** What a version of a resource holds. */
interface ResourceContent {
  name: string;
  type: ResourceType;
  config: Record<string, unknown>;
  credential_ref?: string;
  metadata: Record<string, unknown>;
}

export const contentOf = (body: ResourceContentDto): Record<string, unknown> => ({
  name: body.name,
  type: body.type,
  config: body.config ?? {},
  credential_ref: body.credential_ref ?? undefined,
  metadata: body.metadata ?? {},
});

export function toResourceDto({ id, version, content, updatedAt, archivedAt }: ConfigurationDocument): ResourceDto {
  const resource = content as unknown as ResourceContent;
  return {
    id,
    name: resource.name,
    type: resource.type,
    config: resource.config,
    ...(resource.credential_ref !== undefined && { credential_ref: resource.credential_ref }),
    version,
    metadata: resource.metadata,
    updated_at: updatedAt.toISOString(),
    ...(archivedAt && { archived_at: archivedAt.toISOString() }),
  };
}

export const RESOURCES: ConfigurationKind<ResourceDto> = {
  name: 'resource',
  collection: 'resources',
  keyField: 'name',
  notFound: 'resource-not-found',
  openFields: ['config', 'metadata', 'credential_ref'],
  example: (name) => ({ name, type: 'database', config: {} }),
  toDto: toResourceDto,
};
