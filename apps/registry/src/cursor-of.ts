import { decodeCursor } from '@agion/dto';
import { ValidationFailedError } from '@agion/service-kit';

/** The parts of a `?cursor=`; undefined without one. @throws ValidationFailedError when it is none of ours */
export function cursorOf(cursor: string | undefined, count: number): string[] | undefined {
  if (cursor === undefined) return undefined;
  const parts = decodeCursor(cursor, count);
  if (!parts || parts.some((part) => part.includes('\0'))) {
    throw new ValidationFailedError([{ pointer: '/query/cursor', detail: 'is not the `next_cursor` of a page' }]);
  }
  return parts;
}
