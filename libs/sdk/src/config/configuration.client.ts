import type { GatewayClient } from '../http/gateway.client.js';
import type { Wire } from '../http/wire.js';
import type {
  ConfigurationKind,
  ConfigurationKinds,
  ModelConfig,
  PromptConfig,
  ResourceConfig,
} from './configuration.js';

/** What was fetched; null: what the caller has is current. */
export interface Fetched<Value> {
  value: Value | null;
  etag: string | null;
}

const PATHS: Record<ConfigurationKind, `/api/v1/${string}`> = {
  prompt: '/api/v1/prompts/by-location/',
  model: '/api/v1/models/by-purpose/',
  resource: '/api/v1/resources/by-name/',
};

const READ: { [Kind in ConfigurationKind]: (body: never) => ConfigurationKinds[Kind] } = {
  prompt: promptOf,
  model: modelOf,
  resource: resourceOf,
};

/** The registry's configuration as agents fetch it. */
export class ConfigurationClient {
  constructor(private readonly gateway: GatewayClient) {}

  /**
   * @param etag of what the caller has: unchanged, it is not sent again
   * @throws NotFoundError with a `problem.hint` that says how to create it; ApiError, ConnectionError, TimeoutError
   */
  async fetch<Kind extends ConfigurationKind>(
    kind: Kind,
    key: string,
    etag: string | null,
  ): Promise<Fetched<ConfigurationKinds[Kind]>> {
    const answer = await this.gateway.call<unknown>('GET', `${PATHS[kind]}${encodeURIComponent(key)}`, {
      ...(etag !== null && { headers: { 'if-none-match': etag } }),
    });
    const value = answer.status === 304 ? null : READ[kind](answer.body as never);
    return { value, etag: answer.etag };
  }
}

const base = ({ id, version, metadata, updated_at: updatedAt }: Wire<'PromptDto' | 'ModelDto' | 'ResourceDto'>) => ({
  id,
  version,
  metadata,
  updatedAt,
});

function promptOf(body: Wire<'PromptDto'>): PromptConfig {
  const { name, location, content, variables, model_purpose: modelPurpose } = body;
  return { ...base(body), name, location, content, variables, ...(modelPurpose !== undefined && { modelPurpose }) };
}

function modelOf(body: Wire<'ModelDto'>): ModelConfig {
  const { name, purpose, provider, model, parameters, fallbacks, pricing } = body;
  const { base_url: baseUrl, credential_ref: credentialRef } = body;
  return {
    ...base(body),
    name,
    purpose,
    provider,
    model,
    parameters,
    fallbacks,
    ...(baseUrl !== undefined && { baseUrl }),
    ...(credentialRef !== undefined && { credentialRef }),
    ...(pricing && {
      pricing: {
        inputPerMtok: pricing.input_per_mtok,
        outputPerMtok: pricing.output_per_mtok,
        currency: pricing.currency,
      },
    }),
  };
}

function resourceOf(body: Wire<'ResourceDto'>): ResourceConfig {
  const { name, type, config, credential_ref: credentialRef } = body;
  return { ...base(body), name, type, config, ...(credentialRef !== undefined && { credentialRef }) };
}
