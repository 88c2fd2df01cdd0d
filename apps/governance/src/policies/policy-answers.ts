import { decodeCursor, encodeCursor, type PoliciesQueryDto } from '@agion/dto';
import { hasAlready, ValidationFailedError } from '@agion/service-kit';
import type { InputFault } from '@agion/wire';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Answers a read with exactly this text, or 304 when the caller has it. */
export function answered(
  request: FastifyRequest,
  reply: FastifyReply,
  { text, etag }: { text: string; etag: string },
): string | undefined {
  void reply.header('etag', etag).header('cache-control', 'private, no-cache');
  if (hasAlready(request.headers['if-none-match'], etag)) {
    void reply.status(304);
    return undefined;
  }
  void reply.type('application/json; charset=utf-8');
  return text;
}

/** @param found one more than the page holds when there are more */
export function pageOf<Item, Dto>(
  found: readonly Item[],
  limit: number,
  position: (item: Item) => string,
  toDto: (item: Item) => Dto,
): { items: Dto[]; next_cursor: string | null } {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items: items.map(toDto), next_cursor: found.length > limit && last ? encodeCursor(position(last)) : null };
}

/** Where a page of policies begins. @throws ValidationFailedError for a cursor of something else */
export const afterId = (cursor: string | undefined): string | null => positionOf(cursor, /^[a-z0-9._-]{1,63}$/);

/** Where a page of versions begins. @throws ValidationFailedError for a cursor of something else */
export function beforeVersion(cursor: string | undefined): number | null {
  const text = positionOf(cursor, /^[1-9]\d{0,8}$/);
  return text === null ? null : Number(text);
}

/** Where a page begins; null for the first. @throws ValidationFailedError for a cursor of something else */
export function positionOf(cursor: string | undefined, pattern: RegExp): string | null {
  if (cursor === undefined) return null;
  const [text] = decodeCursor(cursor, 1) ?? [];
  if (text === undefined || !pattern.test(text))
    throw new ValidationFailedError([{ pointer: '/query/cursor', detail: 'is not the `next_cursor` of a page' }]);
  return text;
}

/** A page and a sync document are asked for differently. @throws ValidationFailedError */
export function refuseMixture({ agent_id: agentId, status, tier, since, cursor }: PoliciesQueryDto): void {
  const faults: InputFault[] = [];
  const refuse = (name: string, detail: string): unknown => faults.push({ pointer: `/query/${name}`, detail });
  if (agentId === undefined) {
    if (since !== undefined) refuse('since', 'needs an `agent_id`');
  } else {
    if (status !== undefined && status !== 'active') refuse('status', 'must be `active` together with `agent_id`');
    if (tier !== undefined) refuse('tier', 'cannot be chosen together with `agent_id`');
    if (cursor !== undefined) refuse('cursor', 'cannot be given together with `agent_id`: that answer has no pages');
  }
  if (faults.length > 0) throw new ValidationFailedError(faults);
}
