import type { PromptConfig, ModelConfig, ResourceConfig } from '../config/configuration.js';

/** A prompt of a fake platform. Only its content has no default. */
export type FakePrompt = Partial<Omit<PromptConfig, 'location'>> & Pick<PromptConfig, 'content'>;
/** A model of a fake platform. Only what the provider calls it has no default. */
export type FakeModel = Partial<Omit<ModelConfig, 'purpose'>> & Pick<ModelConfig, 'model'>;
/** A resource of a fake platform. */
export type FakeResource = Partial<Omit<ResourceConfig, 'name'>>;

/** Everything agents of a fake platform fetch, by what they fetch it by. */
export interface FakeConfiguration {
  prompts?: Readonly<Record<string, FakePrompt | string>>;
  models?: Readonly<Record<string, FakeModel>>;
  resources?: Readonly<Record<string, FakeResource>>;
}

type Body = Record<string, unknown> & { version: number };

const common = ({ id, version, metadata, updatedAt }: Partial<PromptConfig>, key: string): Body => ({
  id: id ?? key.toLowerCase(),
  version: version ?? 1,
  metadata: metadata ?? {},
  updated_at: updatedAt ?? '2026-01-01T00:00:00.000Z',
});

const present = (values: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

function promptBody(location: string, given: FakePrompt | string): Body {
  const prompt = typeof given === 'string' ? { content: given } : given;
  const { content, name = location, variables = [], modelPurpose } = prompt;
  return {
    ...common(prompt, location),
    name,
    location,
    content,
    variables,
    ...present({ model_purpose: modelPurpose }),
  };
}

function modelBody(purpose: string, given: FakeModel): Body {
  const { model, name = purpose, provider = 'fake', parameters = {}, fallbacks = [], baseUrl, credentialRef } = given;
  const { pricing } = given;
  return {
    ...common(given, purpose),
    name,
    purpose,
    provider,
    model,
    parameters,
    fallbacks,
    ...present({ base_url: baseUrl, credential_ref: credentialRef }),
    ...(pricing && {
      pricing: {
        input_per_mtok: pricing.inputPerMtok,
        output_per_mtok: pricing.outputPerMtok,
        currency: pricing.currency,
      },
    }),
  };
}

function resourceBody(name: string, given: FakeResource): Body {
  const { type = 'other', config = {}, credentialRef } = given;
  return { ...common(given, name), name, type, config, ...present({ credential_ref: credentialRef }) };
}

/** Kinds by the part of their path. */
const KINDS = {
  prompts: { by: 'by-location', body: promptBody },
  models: { by: 'by-purpose', body: modelBody },
  resources: { by: 'by-name', body: resourceBody },
} as const;

type Kind = keyof typeof KINDS;

/** Prompts, models and resources of a fake platform, as its answers have them. */
export class FakeConfigurations {
  private readonly bodies = new Map<string, Body>();

  constructor(given: FakeConfiguration) {
    this.set(given);
  }

  /** Adds or replaces; what is replaced gets the next version. */
  set(given: FakeConfiguration): void {
    for (const kind of Object.keys(KINDS) as Kind[])
      for (const [key, value] of Object.entries(given[kind] ?? {})) {
        const path = `/api/v1/${kind}/${KINDS[kind].by}/${encodeURIComponent(key)}`;
        const body = KINDS[kind].body(key, value as never);
        const version = Math.max(body.version, (this.bodies.get(path)?.version ?? 0) + 1);
        this.bodies.set(path, { ...body, version });
      }
  }

  /** By the path it is fetched at. */
  find(path: string): Body | undefined {
    return this.bodies.get(path);
  }
}
