/** What prompts, models and resources have in common. */
export interface Configuration {
  readonly id: string;
  readonly version: number;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** When this version was made: ISO 8601, UTC. */
  readonly updatedAt: string;
}

/** A prompt, fetched by its location. */
export interface PromptConfig extends Configuration {
  readonly name: string;
  readonly location: string;
  readonly content: string;
  /** Names of the placeholders in `content`. */
  readonly variables: readonly string[];
  /** Purpose of the model it is written for. */
  readonly modelPurpose?: string;
}

/** What a million tokens cost. */
export interface ModelPricing {
  readonly inputPerMtok: number;
  readonly outputPerMtok: number;
  /** ISO 4217 */
  readonly currency: string;
}

/** A model, fetched by what it is for. */
export interface ModelConfig extends Configuration {
  readonly name: string;
  readonly purpose: string;
  readonly provider: string;
  /** As the provider calls it. */
  readonly model: string;
  readonly baseUrl?: string;
  /** Verbatim, as the provider names them. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Purposes of the models to try, in this order, when this one does not answer. */
  readonly fallbacks: readonly string[];
  /** Where the key is kept, e.g. `env:OPENAI_API_KEY`: never the key itself. */
  readonly credentialRef?: string;
  readonly pricing?: ModelPricing;
}

/** A data source or tool, fetched by name. */
export interface ResourceConfig extends Configuration {
  readonly name: string;
  readonly type: string;
  /** Verbatim. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Where the secret is kept: never the secret itself. */
  readonly credentialRef?: string;
}

/** Each kind by its name in notices. */
export interface ConfigurationKinds {
  prompt: PromptConfig;
  model: ModelConfig;
  resource: ResourceConfig;
}

export type ConfigurationKind = keyof ConfigurationKinds;
