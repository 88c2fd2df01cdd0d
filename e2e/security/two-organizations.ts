import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from '@jest/globals';
import { openEvents } from '../event-reader.js';
import { type Answer, type Platform, startPlatform } from '../platform.js';
import { type Operation, OPERATIONS } from '../public-api.js';
import { RawRedis } from '../raw-redis.js';
import { type DumpedOrganization, dumpOrganization, expectUnchanged } from './dumped-organization.js';
import { FurnishedOrganization, MARK } from './furnished-organization.js';
import { ABOUT_SOMETHING, callRightly, gist, looksOf, madeUp, type Target, targetsOf } from './reach.js';

/** Who of the one organization asks for what is the other's. */
export const WHO = [
  'admin',
  'operator',
  'viewer',
  'agent',
  'container',
  'service account',
  'admin of the platform',
] as const;
export type Who = (typeof WHO)[number];
/** Those that give things and are not about one. */
export const READ = OPERATIONS.filter(
  ({ isProtected, method, url }) => isProtected && method === 'GET' && !/\{|^\/ag-ui/.test(url),
);

/** An organization with everything, and another that asks for it. */
export class TwoOrganizations {
  /** Ids of all that is theirs. */
  readonly ids: readonly string[];
  private readonly usual = new Map<string, Promise<string>>();

  private constructor(
    readonly platform: Platform,
    private readonly redis: RawRedis,
    private readonly hooks: Server,
    readonly theirs: FurnishedOrganization,
    /** Credentials of the other one. */
    readonly mine: Readonly<Record<Who, string>>,
    /** All that is theirs, as it has to stay. */
    public before: DumpedOrganization,
    others: DumpedOrganization,
  ) {
    this.ids = idsOf(before, Object.values(theirs.ids), others);
  }

  static async found(): Promise<TwoOrganizations> {
    const hooks = createServer((_, response) => response.end());
    await once(hooks.listen(0, '127.0.0.1'), 'listening');
    const host = `127.0.0.1:${(hooks.address() as AddressInfo).port}`;
    const limits = { GATEWAY_RATE_LIMIT: '10000000', GATEWAY_FAILURE_LIMIT: '10000000' };
    const platform = await startPlatform({ env: { ...limits, AGION_OUTGOING_ALLOW_HOSTS: host } });
    const redis = await RawRedis.open(platform.redis.url);
    const boss = await platform.person('admin');
    for (const slug of ['mine', 'theirs']) {
      const options = { token: boss, body: { slug, name: slug } };
      expect((await platform.call('POST', '/api/v1/organizations', options)).status).toBe(201);
    }
    const theirs = await FurnishedOrganization.found(platform, redis, 'theirs', `http://${host}/`);
    const mine = { ...(await credentialsOf(platform, 'mine')), 'admin of the platform': boss };
    const others = await dumpOrganization(platform, redis, 'mine');
    return new TwoOrganizations(platform, redis, hooks, theirs, mine, await theirs.rest(), others);
  }

  /** What belongs to them is there for them: everything that can be read is read. */
  async theyReachTheirs(): Promise<void> {
    const { platform, theirs } = this;
    for (const operation of ABOUT_SOMETHING.filter(({ method }) => method === 'GET'))
      for (const target of this.theirOwn(operation)) {
        const { status } = await callRightly(platform, operation, target, { token: theirs.admin });
        expect([target.path, status]).toEqual([target.path, 200]);
      }
    const lists = READ.filter(({ query, name }) => query.has('limit') && name !== 'listOrganizations');
    for (const { url, name } of lists)
      expect([name, (await platform.call('GET', url, { token: theirs.admin })).body.items]).not.toEqual([name, []]);
    const headers = { authorization: `Bearer ${theirs.admin}`, 'last-event-id': theirs.lastEventId };
    const reader = await openEvents(`${platform.url}/ag-ui/run`, { method: 'POST', headers });
    await reader.rest();
    expect([reader.status, reader.text()]).toEqual([200, expect.stringContaining(MARK)]);
    this.before = await theirs.rest();
  }

  /** Once they are at rest: throws when anything of theirs has changed since they last looked. */
  nothingHappened = async (): Promise<void> => expectUnchanged(this.before, await this.theirs.rest());

  /** The operation on what it is about, if it is about something. */
  theirOwn(operation: Operation): Target[] {
    return targetsOf(operation.url, this.theirs.ids, []).slice(0, 1);
  }

  /**
   * Asks for what is theirs and for what nobody has: whoever asks must not be able to tell which is which.
   * @param about who asks, and for what; the same for the same question about another id
   * @returns where he can
   */
  async tellingApart(about: string, ids: readonly string[], ask: (id: string) => Promise<Answer>): Promise<string[]> {
    const faults: string[] = [];
    for (const id of ids) {
      const real = await answerOf(() => ask(id));
      if (JSON.stringify(real.body ?? '').includes(MARK)) faults.push(`${about} ${id}: says what they wrote`);
      const said = gist(real, id);
      if (said === (await this.usually(about, id, ask))) continue;
      const own = await saidOfNothing(id, ask);
      if (said !== own) faults.push(`${about} ${id}: ${said} instead of ${own}`);
    }
    return faults;
  }

  /** What is said of an id that looks like this one and that nobody has: asked once for all that look alike. */
  private usually(about: string, id: string, ask: (id: string) => Promise<Answer>): Promise<string> {
    const question = `${about} ${looksOf(id)}`;
    const known = this.usual.get(question) ?? saidOfNothing(id, ask);
    this.usual.set(question, known);
    return known;
  }

  async stop(): Promise<void> {
    this.redis.close();
    await this.platform.stop();
    this.hooks.close();
  }
}

const saidOfNothing = async (id: string, ask: (id: string) => Promise<Answer>): Promise<string> =>
  gist(await answerOf(() => ask(madeUp(id))), madeUp(id));

/** An answer about what was asked for: a database that is too busy has done nothing, and says nothing about it. */
async function answerOf(ask: () => Promise<Answer>): Promise<Answer> {
  for (let left = 5; ; left--) {
    const answer = await ask();
    if (answer.status !== 503 || left === 0) return answer;
  }
}

/** One of each kind; agent and container are called as what is theirs is called: a name says nothing. */
async function credentialsOf(
  platform: Platform,
  organization: string,
): Promise<Record<Exclude<Who, 'admin of the platform'>, string>> {
  const [admin, operator, viewer] = await Promise.all(
    (['admin', 'operator', 'viewer'] as const).map((role) => platform.person(role, { organization })),
  );
  const make = async (path: string, body: object): Promise<Answer['body']> => {
    const answer = await platform.call('POST', `/api/v1${path}`, { token: admin ?? '', body });
    expect(answer.status).toBe(201);
    return answer.body;
  };
  const agent = (await make('/agents/register', { agent_id: 'theirs:mine', name: 'A' })).token as string;
  const container = (await make('/containers/theirs/tokens', {})).token as string;
  const account = (await make('/service-accounts', { name: 'ci', role: 'admin' })).issued.token as string;
  const people = { admin: admin ?? '', operator: operator ?? '', viewer: viewer ?? '' };
  return { ...people, agent, container, 'service account': account };
}

/** One of each column that holds names of things, but for those that the others have too. */
function idsOf({ rows }: DumpedOrganization, more: readonly string[], others: DumpedOrganization): string[] {
  const taken = JSON.stringify(others.rows);
  const found = Object.values(rows).flatMap(([row = {}]) =>
    Object.entries(row).flatMap(([column, value]) =>
      /(^|_)(id|key|name|location|purpose|reference|slug|caller|owner|actor)$/.test(column) &&
      typeof value === 'string' &&
      /^[\w:.@/-]{3,200}$/.test(value) &&
      !value.includes(MARK)
        ? [value]
        : [],
    ),
  );
  return [...new Set([...found, ...more])].filter((id) => !taken.includes(JSON.stringify(id)));
}
