import { HEADERS } from '@agion/wire';
import { type Answer, agent, operator, type RegistryUnderTest } from './registry-under-test.js';

/** What tells the suites the three kinds apart. */
export interface Kind {
  collection: string;
  fetch: (key: string) => string;
  body: (key: string, mark: string) => Record<string, unknown>;
  markOf: (document: Record<string, unknown>) => unknown;
  keyField: string;
  notice: string;
}

export const KINDS: Kind[] = [
  {
    collection: 'prompts',
    fetch: (key) => `/v1/prompts/by-location/${key}`,
    body: (key, mark) => ({ name: 'A prompt', location: key, content: mark, metadata: { z: 1, a: { y: 2, b: 3 } } }),
    markOf: ({ content }) => content,
    keyField: 'location',
    notice: 'prompt.updated',
  },
  {
    collection: 'models',
    fetch: (key) => `/v1/models/by-purpose/${key}`,
    body: (key, mark) => ({
      name: 'A model',
      purpose: key,
      provider: 'openai',
      model: mark,
      parameters: { temperature: 0.2, max_tokens: 5, nested: { z: 1, a: 2 } },
    }),
    markOf: ({ model }) => model,
    keyField: 'purpose',
    notice: 'model.updated',
  },
  {
    collection: 'resources',
    fetch: (key) => `/v1/resources/by-name/${key}`,
    body: (key, mark) => ({ name: key, type: 'database', config: { z: 1, mark }, credential_ref: 'env:SALES_DB_URL' }),
    markOf: ({ config }) => (config as { mark: unknown }).mark,
    keyField: 'name',
    notice: 'resource.updated',
  },
];

/** What the suites about configuration do again and again. */
export class ConfigurationCalls {
  constructor(
    private readonly registry: RegistryUnderTest,
    private readonly kind: Kind,
  ) {}

  readonly create = (key: string, mark: string, more: object = {}, as = operator(), headers = {}): Promise<Answer> =>
    this.registry.call('POST', `/v1/${this.kind.collection}`, {
      as,
      headers,
      body: { ...this.kind.body(key, mark), ...more },
    });

  /** The next version of `id`, which is fetched by the key of the same name unless told. */
  readonly put = (
    id: string,
    mark: string,
    {
      key = id,
      query = '',
      ifMatch,
      as = operator(),
    }: { key?: string; query?: string; ifMatch?: string; as?: ReturnType<typeof operator> } = {},
  ): Promise<Answer> =>
    this.registry.call('PUT', `${this.path(id)}${query}`, {
      as,
      body: this.kind.body(key, mark),
      headers: ifMatch === undefined ? {} : { 'if-match': ifMatch },
    });

  readonly fetch = (key: string, headers: Record<string, string> = {}, as = agent('some:agent')): Promise<Answer> =>
    this.registry.call('GET', this.kind.fetch(key), { as, headers });

  readonly fetchAs = (key: string, bucket: string): Promise<Answer> =>
    this.fetch(key, { [HEADERS.rolloutBucket]: bucket });

  readonly archive = (id: string, as = operator()): Promise<Answer> =>
    this.registry.call('DELETE', this.path(id), { as });

  readonly activate = (id: string, version: number, as = operator()): Promise<Answer> =>
    this.registry.call('POST', `${this.path(id)}/versions/${version}/activate`, { as });

  readonly rollOut = (id: string, candidate: number | null, percent: number, as = operator()): Promise<Answer> =>
    this.registry.call('PUT', `${this.path(id)}/rollout`, { as, body: { candidate, percent } });

  readonly path = (id: string): string => `/v1/${this.kind.collection}/${id}`;
}
