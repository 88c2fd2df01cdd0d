import { type EntryFields, errorText, type Logger, signAsAgent, SILENT_LOGGER } from '@agion/messaging';
import { ApiError } from '../errors.js';
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
/** Milliseconds until the platform is asked again that did not answer. */
const SPARED_MS = 5_000;
/** Answers after which there is no key to wait for. A refused token is none of them: it may be replaced. */
const NOT_HIS: ReadonlySet<number> = new Set([400, 403, 404, 409, 410, 422]);
const TIMEOUT_MS = 2_000;
const MOST_AGENTS = 1_000;

/**
 * Signs entries with the stream keys of the agents they are from (wire contract, section 4). An entry of an agent for whom these
 * credentials do not speak stays unsigned: development believes it, production does not.
 */
export class EntrySigner {
  private readonly known = new Map<string, Known>();

  constructor(private readonly options: EntrySignerOptions) {}

  /** Keeps a key that a registration was answered with. */
  keep(agentId: string, key: string): void {
    this.remember(agentId, Promise.resolve(key), FRESH_MS);
  }

  /**
   * The entry with its `sig`.
   * @param stream its complete name
   * @throws ApiError, ConnectionError, TimeoutError when the platform does not say what the key is, and may do so later
   */
  async sign(stream: string, fields: EntryFields): Promise<EntryFields> {
    const key = await this.keyOf(fields.agent_id ?? '');
    return key === null ? fields : signAsAgent(stream, fields, key);
  }

  private keyOf(agentId: string): Promise<string | null> {
    const known = this.known.get(agentId);
    if (known && performance.now() < known.until) return known.key;
    if (!this.options.hasToken()) return Promise.resolve(null);
    const key = this.ask(agentId, known?.key);
    this.remember(agentId, key, FRESH_MS);
    return key;
  }

  private async ask(agentId: string, last: Promise<string | null> | undefined): Promise<string | null> {
    try {
      const path = `/api/v1/agents/${encodeURIComponent(agentId)}/stream-key` as const;
      const options = { timeoutMs: TIMEOUT_MS, retry: false };
      return (await this.options.gateway.call<{ stream_key: string }>('GET', path, options)).body.stream_key;
    } catch (error) {
      this.log.warn({ agent: agentId, error: errorText(error) }, 'an agent’s stream key cannot be fetched');
      if (ApiError.is(error) && NOT_HIS.has(error.status)) return null;
      const spared = last ?? Promise.reject<string>(error instanceof Error ? error : new Error(String(error)));
      spared.catch(() => undefined);
      this.remember(agentId, spared, SPARED_MS);
      return spared;
    }
  }

  private get log(): Logger {
    return this.options.logger ?? SILENT_LOGGER;
  }

  private remember(agentId: string, key: Promise<string | null>, forMs: number): void {
    this.known.delete(agentId);
    this.known.set(agentId, { key, until: performance.now() + forMs });
    const [oldest] = this.known.keys();
    if (this.known.size > MOST_AGENTS && oldest !== undefined) this.known.delete(oldest);
  }
}
