import type { ConfigurationVersionDto, ConfigurationVersionPageDto, RolloutDto, RolloutStateDto } from '@agion/dto';
import { encodeCursor } from '@agion/dto';
import { etagOf, hasAlready, ValidationFailedError } from '@agion/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { cursorOf } from '../cursor-of.js';
import type { ConfigurationKind, ConfigurationVersion, Rollout } from './configuration.js';
import type { Page } from './configuration-reader.service.js';

/** Answers a read: the body as text, under the ETag of exactly that text, or 304 when the caller has it. */
export function conditionally(request: FastifyRequest, reply: FastifyReply, dto: object): string | undefined {
  const body = JSON.stringify(dto);
  const etag = etagOf(body);
  void reply.header('etag', etag).header('cache-control', 'private, no-cache');
  if (hasAlready(request.headers['if-none-match'], etag)) {
    void reply.status(304);
    return undefined;
  }
  void reply.type('application/json; charset=utf-8');
  return body;
}

/** Answers a change with the ETag the next one may be based on, whether the version is served or not: see `Update.ifMatch`. */
export function tagged<Dto extends object>(reply: FastifyReply, dto: Dto): Dto {
  void reply.header('etag', etagOf(JSON.stringify(dto)));
  return dto;
}

export const toPage = <Item, Dto>(
  { items, next }: Page<Item, string>,
  toDto: (item: Item) => Dto,
): { items: Dto[]; next_cursor: string | null } => ({
  items: items.map(toDto),
  next_cursor: next === null ? null : encodeCursor(next),
});

export const toVersionPage = (
  kind: ConfigurationKind,
  { items, next }: Page<ConfigurationVersion, number>,
): ConfigurationVersionPageDto => ({
  items: items.map((version) => toVersionDto(kind, version)),
  next_cursor: next === null ? null : encodeCursor(String(next)),
});

const toVersionDto = (kind: ConfigurationKind, version: ConfigurationVersion): ConfigurationVersionDto => ({
  version: version.version,
  active: version.active,
  candidate_percent: version.candidatePercent,
  created_by: version.createdBy,
  created_at: version.updatedAt.toISOString(),
  document: { ...kind.toDto(version) },
});

/** Where a page of versions begins. @throws ValidationFailedError for a cursor of something else */
export function beforeVersion(cursor: string | undefined): number | null {
  const [text] = cursorOf(cursor, 1) ?? [];
  if (text === undefined) return null;
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    throw new ValidationFailedError([{ pointer: '/query/cursor', detail: 'is not the `next_cursor` of a page' }]);
  }
  return Number(text);
}

/** @throws ValidationFailedError when a percentage names no version */
export function rolloutOf({ candidate, percent }: RolloutDto): { candidate: number | null; percent: number } {
  if (candidate === undefined && percent > 0) {
    throw new ValidationFailedError([
      { pointer: '/candidate', detail: 'must be a version, or null to end the rollout' },
    ]);
  }
  return { candidate: candidate ?? null, percent };
}

export const toRolloutStateDto = ({ activeVersion, candidate, percent }: Rollout): RolloutStateDto => ({
  active_version: activeVersion,
  candidate,
  percent,
});

/** A document sent back with its id must be sent to where it came from. */
export function refuseOtherId(given: string | undefined, id: string): void {
  if (given === undefined || given === id) return;
  throw new ValidationFailedError([{ pointer: '/id', detail: `must be \`${id}\`, as in the URL, or be left out` }]);
}
