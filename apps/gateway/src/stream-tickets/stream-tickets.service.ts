import { UnauthenticatedError, UnavailableError } from '@agion/service-kit';
import { keys } from '@agion/wire';
import { isTicket, nameOf, newTicket, seal, unseal } from './sealed-credentials.js';

/** Seconds a ticket is good for. */
export const TICKET_SECONDS = 30;

/** Where tickets are kept; Redis has this shape. */
export interface TicketBox {
  set(key: string, value: string, unit: 'EX', seconds: number): Promise<unknown>;
  /** Takes it out: of two who ask, one gets it. */
  getdel(key: string): Promise<string | null>;
}

/**
 * Tickets for streams: browsers cannot send headers there. A ticket stands, once and for seconds, for the credentials it was asked for
 * with. They are verified anew when it is used, so whoever and whatever organization they speak for, and whether they have been
 * revoked or have expired, is as if they had been sent.
 */
export class StreamTickets {
  constructor(private readonly box: TicketBox) {}

  /** @throws UnavailableError when it cannot be kept */
  async issue(credentials: string): Promise<string> {
    const ticket = newTicket();
    try {
      await this.box.set(keys.streamTicket(nameOf(ticket)), seal(ticket, credentials), 'EX', TICKET_SECONDS);
    } catch (error) {
      throw away(error);
    }
    return ticket;
  }

  /** The credentials, once. @throws UnauthenticatedError for a ticket that is unknown, used or expired; UnavailableError */
  async redeem(ticket: string): Promise<string> {
    const sealed = isTicket(ticket) ? await this.take(ticket) : null;
    const credentials = sealed === null ? null : unseal(ticket, sealed);
    if (credentials === null)
      throw new UnauthenticatedError(
        'the ticket is not valid, or was used before',
        'ask for a new one for each stream: POST /api/v1/stream-tickets',
      );
    return credentials;
  }

  private async take(ticket: string): Promise<string | null> {
    try {
      return await this.box.getdel(keys.streamTicket(nameOf(ticket)));
    } catch (error) {
      throw away(error);
    }
  }
}

const away = (cause: unknown): UnavailableError =>
  Object.assign(new UnavailableError('tickets cannot be kept at the moment'), { cause });
