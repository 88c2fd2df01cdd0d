import { Injectable } from '@nestjs/common';
import type { Principal } from '@agion/wire';
import type { ConfigurationDocument, ConfigurationKind, ConfigurationVersion } from './configuration.js';
import { ConfigurationKeyNotFoundError, ConfigurationNotFoundError } from './configuration.errors.js';
import { ConfigurationReadsStore } from './configuration-reads.store.js';

/** Some of a list, and where the rest begins; null: nowhere. */
export interface Page<Item, Position> {
  items: Item[];
  next: Position | null;
}

@Injectable()
export class ConfigurationReader {
  constructor(private readonly store: ConfigurationReadsStore) {}

  /** What an agent is served. @throws ConfigurationKeyNotFoundError */
  async fetch(
    kind: ConfigurationKind,
    { organization }: Principal,
    key: string,
    bucket: number,
  ): Promise<ConfigurationDocument> {
    const document = await this.store.byKey(organization.id, kind.name, key, bucket);
    if (!document) throw new ConfigurationKeyNotFoundError(kind, key);
    return document;
  }

  /** The active version. @throws ConfigurationNotFoundError */
  async get(kind: ConfigurationKind, { organization }: Principal, id: string): Promise<ConfigurationDocument> {
    const document = await this.store.byId(organization.id, kind.name, id);
    if (!document) throw new ConfigurationNotFoundError(kind, id);
    return document;
  }

  async list(
    kind: ConfigurationKind,
    { organization }: Principal,
    { includeArchived, after, limit }: { includeArchived: boolean; after: string | null; limit: number },
  ): Promise<Page<ConfigurationDocument, string>> {
    const found = await this.store.list(organization.id, kind.name, { includeArchived, after, limit: limit + 1 });
    return pageOf(found, limit, ({ id }) => id);
  }

  /** From the newest on. @throws ConfigurationNotFoundError */
  async versions(
    kind: ConfigurationKind,
    { organization }: Principal,
    id: string,
    { before, limit }: { before: number | null; limit: number },
  ): Promise<Page<ConfigurationVersion, number>> {
    const found = await this.store.versions(organization.id, kind.name, id, { before, limit: limit + 1 });
    if (found.length === 0 && before === null) throw new ConfigurationNotFoundError(kind, id);
    return pageOf(found, limit, ({ version }) => version);
  }
}

function pageOf<Item, Position>(
  found: Item[],
  limit: number,
  position: (item: Item) => Position,
): Page<Item, Position> {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, next: found.length > limit && last !== undefined ? position(last) : null };
}
