import { UnauthenticatedError } from '@agion/service-kit';

/** The ticket of a query, `undefined` when it has none. @throws UnauthenticatedError for two: which one counts must not be a guess */
export function ticketIn(query: string): string | undefined {
  if (!query.includes('ticket')) return undefined;
  const [ticket, ...more] = new URLSearchParams(query).getAll('ticket');
  if (more.length > 0) throw new UnauthenticatedError('the query names more than one ticket');
  return ticket;
}
