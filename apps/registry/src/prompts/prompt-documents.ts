import type { PromptContentDto, PromptDto } from '@agion/dto';
import type { ConfigurationDocument, ConfigurationKind } from '../configuration/configuration.js';

/** What a version of a prompt holds. */
interface PromptContent {
  name: string;
  location: string;
  content: string;
  variables: string[];
  model_purpose?: string;
  metadata: Record<string, unknown>;
}

export const contentOf = (body: PromptContentDto): Record<string, unknown> => ({
  name: body.name,
  location: body.location,
  content: body.content,
  variables: body.variables ?? [],
  model_purpose: body.model_purpose ?? undefined,
  metadata: body.metadata ?? {},
});

export function toPromptDto({ id, version, content, updatedAt, archivedAt }: ConfigurationDocument): PromptDto {
  const prompt = content as unknown as PromptContent;
  return {
    id,
    name: prompt.name,
    location: prompt.location,
    content: prompt.content,
    variables: prompt.variables,
    ...(prompt.model_purpose !== undefined && { model_purpose: prompt.model_purpose }),
    version,
    metadata: prompt.metadata,
    updated_at: updatedAt.toISOString(),
    ...(archivedAt && { archived_at: archivedAt.toISOString() }),
  };
}

export const PROMPTS: ConfigurationKind<PromptDto> = {
  name: 'prompt',
  collection: 'prompts',
  keyField: 'location',
  notFound: 'prompt-not-found',
  openFields: ['metadata'],
  example: (location) => ({ name: location, location, content: 'You are …' }),
  toDto: toPromptDto,
};
