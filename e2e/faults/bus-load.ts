import { asOwner, eventually } from '@agion/testing';
import type { Platform } from '../platform.js';
import { createPolicies } from '../policies.js';
import { type Fields, RawRedis } from '../raw-redis.js';

const REQUESTS = 'governance:requests';
const RESPONSES = 'governance:responses';
const GROUP = 'governance';
const ACTION = 'bus_report';
const READ_EVERY_MS = 100;

/** What came of requests over the streams. */
export interface BusCounts extends Record<string, number> {
  decisions: number;
  /** Answered wrongly, twice or not at all. */
  wrong: number;
  /** Answered that nothing is decided, which allows nothing. */
  unavailable: number;
}

/** Asks over the streams what it knows the answers to, and reads all that is answered; nobody but this agent may ask. */
export class BusLoad {
  private readonly allowed = new Map<string, boolean>();
  private readonly answers = new Map<string, Fields[]>();
  private last = '-';
  private readonly timer: NodeJS.Timeout;
  private reading: Promise<void> = Promise.resolve();

  private constructor(
    private readonly platform: Platform,
    private readonly redis: RawRedis,
    private readonly agentId: string,
    private readonly name: string,
  ) {
    this.timer = setInterval(() => void this.read(), READ_EVERY_MS);
  }

  /** Policies that every request is decided by. */
  static async prepare(platform: Platform): Promise<void> {
    await createPolicies(
      platform,
      { id: 'bus', effect: 'allow', actions: [ACTION] },
      { id: 'bus_cap', effect: 'deny', actions: [ACTION], condition: 'context.amount > 500' },
    );
  }

  /** @param name that no other load of the platform has */
  static async open(platform: Platform, agentId: string, name: string): Promise<BusLoad> {
    return new BusLoad(platform, await RawRedis.open(platform.redis.url), agentId, name);
  }

  /** Appends requests, every other of them to be denied. */
  async ask(count: number, timeoutMs = 5_000): Promise<void> {
    const requests = Array.from({ length: count }, (_, index): Fields => {
      const correlation = `${this.name}-${this.allowed.size}`;
      const isAllowed = index % 2 === 0;
      this.allowed.set(correlation, isAllowed);
      return {
        correlation_id: correlation,
        agent_id: this.agentId,
        action: ACTION,
        context: JSON.stringify({ amount: isAllowed ? 20 : 900 }),
        timeout_ms: String(timeoutMs),
      };
    });
    await this.redis.appendAll(REQUESTS, requests);
  }

  /** Resolves when each request has an answer and none is in anybody's hands. @returns milliseconds until then */
  async answered(timeoutMs = 60_000): Promise<number> {
    const startedAt = performance.now();
    await eventually(
      async () => {
        await this.read();
        const open = this.allowed.size - this.answers.size;
        if (open > 0) throw new Error(`${open} of ${this.allowed.size} requests have no answer`);
        const { lag, pending } = await this.redis.group(REQUESTS, GROUP);
        if (lag > 0 || pending > 0) throw new Error(`${lag} requests are not read, and ${pending} not acknowledged`);
      },
      { timeoutMs, intervalMs: 50 },
    );
    return performance.now() - startedAt;
  }

  /** How many of the answers so far say that nothing is decided. */
  get refused(): number {
    return [...this.answers.values()].filter(([first]) => first?.error === 'unavailable').length;
  }

  /** @throws Error that names some of what is wrong. An agent acts on its first answer, but others than that count too. */
  counts(): BusCounts {
    let unavailable = 0;
    const faults: string[] = [];
    for (const [correlation, isAllowed] of this.allowed) {
      const [first, ...more] = this.answers.get(correlation) ?? [];
      if (first === undefined) faults.push(`${correlation} was never answered`);
      else if (more.length > 0) faults.push(`${correlation} was answered ${more.length + 1} times`);
      else if (first.error === 'unavailable' && first.allowed === 'false') unavailable += 1;
      else if (first.error !== undefined || first.allowed !== String(isAllowed))
        faults.push(`${correlation} should be ${isAllowed ? 'allowed' : 'denied'}: ${JSON.stringify(first)}`);
    }
    if (faults.length > 0)
      throw new Error(`${faults.length} of ${this.allowed.size} are wrong: ${faults.slice(0, 3).join('; ')}`);
    return { decisions: this.allowed.size, wrong: 0, unavailable };
  }

  /** How many of the requests are in the ledger as decided, each by its own id. */
  async recorded(): Promise<number> {
    const { rows } = await asOwner(this.platform.database, (client) =>
      client.query<{ count: number }>(
        `SELECT count(DISTINCT correlation_id)::int AS count FROM governance.decisions
          WHERE correlation_id LIKE $1 AND answered HAVING count(*) = count(DISTINCT correlation_id)`,
        [`${this.name}-%`],
      ),
    );
    return rows[0]?.count ?? Number.NaN;
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.reading;
    this.redis.close();
  }

  private read(): Promise<void> {
    this.reading = this.reading.then(() => this.readOn()).catch(() => undefined); // the next time tells
    return this.reading;
  }

  private async readOn(): Promise<void> {
    for (const { id, fields } of await this.redis.range(RESPONSES, this.last)) {
      this.last = `(${id}`;
      const correlation = fields.correlation_id ?? '';
      if (this.allowed.has(correlation))
        this.answers.set(correlation, [...(this.answers.get(correlation) ?? []), fields]);
    }
  }
}
