import type { ModelContentDto, ModelDto, ModelPricingDto } from '@agion/dto';
import type { ConfigurationDocument, ConfigurationKind } from '../configuration/configuration.js';

/** What a version of a model configuration holds. */
interface ModelContent {
  name: string;
  purpose: string;
  provider: string;
  model: string;
  base_url?: string;
  parameters: Record<string, unknown>;
  fallbacks: string[];
  credential_ref?: string;
  pricing?: ModelPricingDto;
  metadata: Record<string, unknown>;
}

export const contentOf = (body: ModelContentDto): Record<string, unknown> => ({
  name: body.name,
  purpose: body.purpose,
  provider: body.provider,
  model: body.model,
  base_url: body.base_url ?? undefined,
  parameters: body.parameters ?? {},
  fallbacks: body.fallbacks ?? [],
  credential_ref: body.credential_ref ?? undefined,
  pricing: body.pricing ? { ...body.pricing } : undefined,
  metadata: body.metadata ?? {},
});

export function toModelDto({ id, version, content, updatedAt, archivedAt }: ConfigurationDocument): ModelDto {
  const model = content as unknown as ModelContent;
  return {
    id,
    name: model.name,
    purpose: model.purpose,
    provider: model.provider,
    model: model.model,
    ...(model.base_url !== undefined && { base_url: model.base_url }),
    parameters: model.parameters,
    fallbacks: model.fallbacks,
    ...(model.credential_ref !== undefined && { credential_ref: model.credential_ref }),
    ...(model.pricing && { pricing: model.pricing }),
    version,
    metadata: model.metadata,
    updated_at: updatedAt.toISOString(),
    ...(archivedAt && { archived_at: archivedAt.toISOString() }),
  };
}

export const MODELS: ConfigurationKind<ModelDto> = {
  name: 'model',
  collection: 'models',
  keyField: 'purpose',
  notFound: 'model-not-found',
  openFields: ['parameters', 'metadata', 'base_url', 'credential_ref'],
  example: (purpose) => ({ name: purpose, purpose, provider: 'openai', model: 'gpt-5-mini' }),
  toDto: toModelDto,
};
