import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import { eventually } from '@agion/testing';
import { agUiInput, runAgent } from '../ag-ui-client.js';
import type { Answer, Platform } from '../platform.js';
import { aPolicy } from '../policies.js';
import type { RawRedis } from '../raw-redis.js';
import { signedBy } from '../signed-service.js';
import { type DumpedOrganization, dumpOrganization } from './dumped-organization.js';

/** Stands in everything that somebody of the organization wrote, and nowhere else. */
export const MARK = 'zebrafish';
/** What a path's parameter stands for is said by the segment before it. */
type Ids = Record<string, string>;

const SEVERE = { event_type: 'harm', dimension: 'security', severity: 'critical', impact: -1 };

/** An organization with two of everything there can be. */
export class FurnishedOrganization {
  /** Ids of the second of each kind, by the segment before them in a path. */
  readonly ids: Ids = {};
  agentToken = '';
  /** What `Last-Event-ID` continues its run after. */
  lastEventId = '';

  private constructor(
    private readonly platform: Platform,
    private readonly redis: RawRedis,
    readonly slug: string,
    readonly admin: string,
  ) {}

  /** @param hooks where its webhook is heard, an address that is allowed */
  static async found(platform: Platform, redis: RawRedis, slug: string, hooks: string): Promise<FurnishedOrganization> {
    const admin = await platform.person('admin', { organization: slug, subject: `ada@${slug}.test` });
    const own = new FurnishedOrganization(platform, redis, slug, admin);
    await eventually(async () => expect((await own.call('GET', '/agents')).status).toBe(200));
    for (const number of ['one', 'two']) {
      await own.configure(number);
      await own.watch(hooks);
      await own.employ(number);
      await own.converse(number);
    }
    await own.findWhatCameOfIt();
    await own.rest();
    return own;
  }

  call(method: string, path: string, body?: unknown, token = this.admin): Promise<Answer> {
    return this.platform.call(method, `/api/v1${path}`, { token, ...(body !== undefined && { body }) });
  }

  private async make(path: string, body: object): Promise<Answer['body']> {
    const answer = await this.call('POST', path, body);
    if (answer.status >= 300) throw new Error(`POST ${path} was answered ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** Prompts, models, resources and policies in two versions each, and what else an operator makes. */
  private async configure(number: string): Promise<void> {
    const { ids } = this;
    const bodies: [path: string, fetched: string, body: (id: string, content: string) => object][] = [
      ['prompts', 'by-location', (location, content) => ({ name: MARK, location, content })],
      ['models', 'by-purpose', (purpose, model) => ({ name: MARK, purpose, provider: 'openai', model })],
      ['resources', 'by-name', (name, path) => ({ name, type: 'api', config: { path } })],
    ];
    for (const [path, fetched, body] of bodies) {
      const id = `their-${path}-${number}`;
      await this.make(`/${path}`, { id, ...body(id, MARK) });
      const second = await this.call('PUT', `/${path}/${id}?activate=false`, body(id, `${MARK}-2`));
      expect(second.status).toBe(200);
      ids[path] = ids[fetched] = id;
    }
    ids.policies = `their-policy-${number}`;
    const policy = aPolicy({ id: ids.policies, effect: 'deny', agents: [`${this.slug}:*`], actions: ['guarded'] });
    await this.make('/policies', policy);
    expect((await this.call('PUT', `/policies/${ids.policies}`, policy)).status).toBe(200);
    const tried = { effect: 'allow', mode: 'shadow', agents: [`${this.slug}:*`], actions: ['tried'] } as const;
    await this.make('/policies', aPolicy({ id: `their-shadow-${number}`, ...tried }));
    ids.actions = `their-action-${number}`;
    expect((await this.call('PUT', `/actions/${ids.actions}`, { risk: 'low' })).status).toBe(200);
    ids.missions = (await this.make('/missions', { name: MARK, goal: MARK })).id as string;
    ids['service-accounts'] = (
      await this.make('/service-accounts', { name: `their-account-${number}`, role: 'viewer' })
    ).id as string;
    await this.make('/enrollments', { container_id: this.slug });
    await this.make(`/containers/${this.slug}/tokens`, {});
    Object.assign(ids, { containers: this.slug, organizations: this.slug });
  }

  private async watch(url: string): Promise<void> {
    const types = ['agent.registered', 'decision.denied'];
    this.ids.webhooks = (await this.make('/webhooks', { url, event_types: types, description: MARK })).id as string;
  }

  /** An agent that does all that agents do. */
  private async employ(number: string): Promise<void> {
    const { ids } = this;
    const id = `${this.slug}:${number}`;
    const { token } = await this.make('/agents/register', { agent_id: id, name: MARK });
    this.agentToken = token as string;
    ids.agents = id;
    const question = { agent_id: id, action: 'guarded', context: { about: MARK }, session_id: `session-${number}` };
    const denied = await this.call('POST', '/governance/check', question, this.agentToken);
    expect(denied.body).toMatchObject({ decision: 'deny' });
    const tried = await this.call('POST', '/governance/check', { ...question, action: 'tried' }, this.agentToken);
    expect(tried.body).toMatchObject({ shadow_decision: 'allow' });
    ids.decisions = denied.body.decision_id as string;
    const of = { agent_id: id };
    const did = { action: 'guarded', decision_id: ids.decisions, execution_id: `their-execution-${number}` };
    const events = [
      { ...of, ...did, kind: 'report', report_id: `their-report-${number}`, status: 'failed', error: MARK },
      { ...of, ...SEVERE, kind: 'trust', event_id: `their-event-${number}`, context: { about: MARK } },
      { ...of, kind: 'mission', mission_id: ids.missions, event_id: `their-step-${number}`, event_type: 'task.done' },
    ];
    expect((await this.call('POST', '/events', { events }, this.agentToken)).body).toMatchObject({ received: 3 });
    expect((await this.call('POST', '/feedback', { ...of, thumb: 'down', comment: MARK })).status).toBeLessThan(300);
    const stream = `org:${this.slug}:agion:events:trust`;
    const harm = { ...of, ...SEVERE, impact: String(SEVERE.impact), event_id: randomUUID() };
    await this.redis.append(stream, signedBy(this.platform, 'execution', stream)(harm));
    await this.redis.append(stream, { ...of, nonsense: MARK });
  }

  private async converse(number: string): Promise<void> {
    const input = agUiInput(`their-run-${number}`, {
      threadId: `their-thread-${number}`,
      messages: [{ id: 'm-1', role: 'user', content: MARK }],
    });
    const events = await (await runAgent(this.platform.url, input, { token: this.admin, headers: {} })).rest();
    expect(events.length).toBeGreaterThan(3);
    this.lastEventId = events[1]?.id ?? '';
    this.ids.runs = `their-run-${number}`;
  }

  private async findWhatCameOfIt(): Promise<void> {
    await eventually(
      async () => {
        const first = async (path: string): Promise<Answer['body']> => (await this.call('GET', path)).body.items[0];
        const { rows } = await dumpOrganization(this.platform, this.redis, this.slug);
        const ceiling = rows['governance.trust_ceilings']?.find(({ agent_id: id }) => id === this.ids.agents);
        expect(ceiling).toBeDefined();
        this.ids.ceilings = String(ceiling?.id);
        this.ids.violations = (await first(`/violations?agent_id=${this.ids.agents}`)).id;
        this.ids['dead-letters'] = (await first(`/dead-letters?agent_id=${this.ids.agents}`)).id;
        const delivery = await first(`/webhooks/${this.ids.webhooks}/deliveries?status=delivered`);
        this.ids.deliveries = delivery.event_id;
      },
      { timeoutMs: 20_000 },
    );
  }

  /** Until a second goes by in which nothing of it changes. @returns what there is then */
  async rest(): Promise<DumpedOrganization> {
    let last: DumpedOrganization | undefined;
    return eventually(
      async () => {
        const before = last;
        last = await dumpOrganization(this.platform, this.redis, this.slug);
        expect(last).toEqual(before);
        return last;
      },
      { timeoutMs: 30_000, intervalMs: 1_000 },
    );
  }
}
