import { asOwner } from '@agion/testing';
import { type Platform, startPlatform } from '../../../e2e/platform.js';
import { AgionSDK } from '../src/index.js';
import type { AgionUnderTest } from './conformance.js';

const TABLES = {
  trust: ['governance.trust_events', 'event_id'],
  feedback: ['governance.feedback', 'feedback_id'],
  report: ['governance.execution_reports', 'report_id'],
  decision: ['governance.decisions', 'decision_id'],
} as const;

const CONFIGURATION: [path: string, body: object][] = [
  ['prompts', { id: 'conformance', name: 'Conformance', location: 'conformance', content: 'You are tested.' }],
  ['models', { id: 'conformance', name: 'Conformance', purpose: 'conformance', provider: 'openai', model: 'small-1' }],
  ['resources', { id: 'conformance', name: 'conformance', type: 'database', config: {} }],
];

/** The whole platform, as far as the conformance tests do something to it. */
export class RealPlatform implements AgionUnderTest {
  private isAway = false;
  private configured = false;

  private constructor(
    readonly platform: Platform,
    private readonly admin: string,
    private readonly way: 'redis' | 'http',
  ) {}

  static async start(way: 'redis' | 'http'): Promise<RealPlatform> {
    const platform = await startPlatform();
    return new RealPlatform(platform, await platform.person('admin'), way);
  }

  sdk(options: ConstructorParameters<typeof AgionSDK>[0]): AgionSDK {
    const cut: typeof fetch = (...request) =>
      this.isAway ? Promise.reject(new TypeError('fetch failed', { cause: new Error('cut off') })) : fetch(...request);
    const { url: gatewayUrl, redis } = this.platform;
    const redisUrl = this.way === 'redis' ? redis.url : '';
    return new AgionSDK({ gatewayUrl, redisUrl, fetch: cut, syncIntervalMs: 500, flushIntervalMs: 500, ...options });
  }

  async publish(...policies: object[]): Promise<void> {
    for (const body of policies) await this.call('POST', 'policies', body);
  }

  async withdraw(...ids: string[]): Promise<void> {
    for (const id of ids) await this.call('DELETE', `policies/${id}`);
  }

  async configure(): Promise<void> {
    if (this.configured) return;
    this.configured = true;
    for (const [path, body] of CONFIGURATION) await this.call('POST', path, body);
  }

  async recorded(kind: keyof typeof TABLES, agentId: string): Promise<string[]> {
    const [table, column] = TABLES[kind];
    return asOwner(this.platform.database, async (client) => {
      const text = `SELECT ${column} AS id FROM ${table} WHERE agent_id = $1`;
      return (await client.query<{ id: string }>(text, [agentId])).rows.map(({ id }) => id);
    });
  }

  /** The kill switch has no route yet: it is what governance would write. */
  async stop(stopped: boolean): Promise<void> {
    await asOwner(this.platform.database, (client) =>
      client.query('UPDATE governance.policy_revisions SET stopped = $1, epoch = epoch + 1', [stopped]),
    );
  }

  setAway(away: boolean): Promise<void> {
    this.isAway = away;
    return Promise.resolve();
  }

  close(): Promise<void> {
    return this.platform.stop();
  }

  private async call(method: string, path: string, body?: object): Promise<void> {
    const answer = await this.platform.call(method, `/api/v1/${path}`, { token: this.admin, ...(body && { body }) });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
  }
}
