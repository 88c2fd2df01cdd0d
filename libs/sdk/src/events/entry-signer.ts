import { type EntryFields, type Logger, signAsAgent, SILENT_LOGGER } from '@agion/messaging';
import { AgionError } from '../errors.js';
import type { GatewayClient } from '../http/gateway.client.js';

/** Where the keys come from. */
export interface EntrySignerOptions {
  /** Asked for the keys of agents these credentials speak for. */
  readonly gateway: GatewayClient;
  /** Whether there are credentials at all: development believes entries of those who have none. */
  readonly hasToken: () => boolean;
  readonly logger?: Logger;
}

interface Known {
  readonly key: Promise<string | null>;
  readonly until: number;
}

/** Milliseconds a key is used without asking again; after a rotation the one before counts for an hour. */
const FRESH_MS = 10 * 60_000;
/** Milliseconds until the platform is asked again that did not give a key. */
const SPARED_MS = 30_000;
const TIMEOUT_MS = 2_000;
const MOST_AGENTS = 1_000;

/**
 * Signs entries with the stream keys of the agents they are from (wire contract, section 4). An entry of an agent whose key is not to
 * be had stays unsigned: development believes it, production does not.
 */
export class EntrySigner {
  private readonly known = new Map<string, Known>();

  constructor(private readonly options: EntrySignerOptions) {}

  /** Keeps a key that a registration was answered with. */
  keep(agentId: string, key: string): void {
    this.remember(agentId, Promise.resolve(key), FRESH_MS);
  }

  /** The entry with its `sig`. Never rejects. @param stream its complete name */
  async sign(stream: string, fields: EntryFields): Promise<EntryFields> {
    const key = await this.keyOf(fields.agent_id ?? '');
    return key === null ? fields : signAsAgent(stream, fields, key);
  }

  private keyOf(agentId: string): Promise<string | null> {
    const known = this.known.get(agentId);
    if (known && performance.now() < known.until) return known.key;
    if (!this.options.hasToken()) return Promise.resolve(null);
    const key = this.ask(agentId, known?.key ?? Promise.resolve(null));
    this.remember(agentId, key, FRESH_MS);
    return key;
  }

  /** A key once known goes on being used while the platform does not answer. */
  private async ask(agentId: string, last: Promise<string | null>): Promise<string | null> {
    try {
      const path = `/api/v1/agents/${encodeURIComponent(agentId)}/stream-key` as const;
      const { body } = await this.options.gateway.call<{ stream_key: string }>('GET', path, {
        timeoutMs: TIMEOUT_MS,
        retry: false,
      });
      return body.stream_key;
    } catch (error) {
      const { logger = SILENT_LOGGER } = this.options;
      const reason = AgionError.is(error) ? error.message : String(error);
      logger.warn({ agent: agentId, error: reason }, 'an agent’s stream key cannot be fetched');
      this.remember(agentId, last, SPARED_MS);
      return last;
    }
  }

  private remember(agentId: string, key: Promise<string | null>, forMs: number): void {
    this.known.delete(agentId);
    this.known.set(agentId, { key, until: performance.now() + forMs });
    const [oldest] = this.known.keys();
    if (this.known.size > MOST_AGENTS && oldest !== undefined) this.known.delete(oldest);
  }
}
