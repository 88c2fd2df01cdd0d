import type { ProblemName } from '@agion/wire';

/** What agents are configured by. All three live in the same two tables and know the same verbs. */
export type ConfigurationKindName = 'prompt' | 'model' | 'resource';

/** One version of a configuration as it is served. */
export interface ConfigurationDocument {
  id: string;
  /** What it is fetched by: a location, purpose or name. */
  key: string;
  version: number;
  content: Record<string, unknown>;
  /** When this version was made. */
  updatedAt: Date;
  archivedAt: Date | null;
}

/** What tells the kinds apart. */
export interface ConfigurationKind<Dto extends object = object> {
  readonly name: ConfigurationKindName;
  /** The collection in the URL, e.g. `prompts`. */
  readonly collection: string;
  /** The member of the content that holds the key. */
  readonly keyField: string;
  readonly notFound: ProblemName;
  /** Members of the content where people are tempted to put secrets. */
  readonly openFields: readonly string[];
  /** A body that creates one under the key, for the hint of a 404. */
  readonly example: (key: string) => object;
  /** The document as it goes over the wire; the order of its members is part of its ETag. */
  readonly toDto: (document: ConfigurationDocument) => Dto;
}

/** Serving a candidate version to a part of the agents. */
export interface Rollout {
  activeVersion: number;
  candidate: number | null;
  percent: number;
}

/** A version and how it is served. */
export interface ConfigurationVersion extends ConfigurationDocument {
  active: boolean;
  candidatePercent: number | null;
  createdBy: string;
}
