import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { LOGGER, ServiceClient } from '@agion/service-kit';
import type { Logger } from 'pino';
import { GATEWAY } from './gateway-principal.js';

/** Milliseconds between two looks: with the way to the registry, what stays open ends two seconds after its credentials. */
const LOOK_MS = 1_000;
/** Credentials asked about at once. */
const MOST = 1_000;

/** What stays open after its request was let in. */
export interface Kept {
  /** Key ids of the stored credentials it was opened with. */
  held: () => Iterable<string>;
  /** These of them are not valid any more. */
  ended: (credentialIds: ReadonlySet<string>) => void;
}

/**
 * Asks the registry each second about the credentials of what stays open. Requests are authenticated anew, streams are not: a
 * revocation whose notice is lost would otherwise never reach them. Asks nothing while nothing is open.
 */
@Injectable()
export class CredentialWatch implements OnModuleDestroy {
  private readonly kept: Kept[] = [];
  private readonly timer = setInterval(() => void this.look(), LOOK_MS).unref();
  private looking = false;

  constructor(
    private readonly client: ServiceClient,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  follow(kept: Kept): void {
    this.kept.push(kept);
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  private async look(): Promise<void> {
    const ids = [...new Set(this.kept.flatMap(({ held }) => [...held()]))];
    if (ids.length === 0 || this.looking) return;
    this.looking = true;
    try {
      for (let from = 0; from < ids.length; from += MOST) await this.ask(ids.slice(from, from + MOST));
    } catch (error) {
      // Nothing can be revoked while the registry is away; the next look makes up for it.
      this.logger.debug({ err: error }, 'the credentials of open streams could not be looked at');
    } finally {
      this.looking = false;
    }
  }

  private async ask(credentialIds: string[]): Promise<void> {
    const { ended } = await this.client.call<{ ended: string[] }>('registry', {
      method: 'POST',
      path: '/internal/credentials/ended',
      principal: GATEWAY,
      body: { credential_ids: credentialIds },
    });
    if (ended.length === 0) return;
    const gone = new Set(ended);
    for (const each of this.kept) each.ended(gone);
  }
}
