import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { governance } from '@agion/governance';
import { startService } from '@agion/service-kit';
import { eventually, freePorts, hasRedisServer, startRedis, type TestDatabase, type TestRedis } from '@agion/testing';
import { describe, expect, test } from '@jest/globals';
import { type Answer, type Platform, startPlatform } from '../platform.js';
import { RawRedis } from '../raw-redis.js';
import { untilTheTrailIsWritten } from './audit-trail.js';
import { countOf, type EventCounts, summed, sumsThatDiffer } from './event-count.js';
import { EventTeller, TRUST } from './event-teller.js';
import { openFault, scaled } from './fault.js';
import { ServiceProcess } from './service-process.js';

const GROUP = 'governance';
const AGENTS = Array.from({ length: 20 }, (_, index) => `crew:agent_${index}`);
/** What takes too long for `npm test`, and is left to `npm run test:faults`. */
export const heavy: typeof test = scaled<unknown>({ quick: test.skip, usual: test, full: test }) as typeof test;

/**
 * `describe` for faults of events, which need a Redis that keeps a file. What stands in for a redis-server keeps none: there they are
 * skipped, and these rows of the table say so.
 */
export function onRedisServer(...rows: readonly number[]): typeof describe.skip {
  if (hasRedisServer()) return describe;
  for (const row of rows)
    openFault('events', row, 'of a Redis that keeps a file').cannot('no redis-server on the PATH');
  return describe.skip;
}

/** What a dead consumer had in hand may be taken over after three times this. */
export const STREAM_TIMEOUT_MS = 1_000;
/** After a kill -9 of Redis everything acknowledged must still be there. */
const DURABLE = { durable: true, options: ['--appendfsync', 'everysec'] };

/** A consumer process, under the name it has in its group. */
export interface Consumer {
  readonly process: ServiceProcess;
  readonly name: string;
  readonly port: number;
}

export interface SceneOptions {
  /** Settings of governance alone: an address of a proxy, a database of its own. */
  governance?: (platform: Platform) => Record<string, string> | Promise<Record<string, string>>;
  /** Where governance keeps its rows, if not in the platform's database. */
  database?: TestDatabase;
  redis?: Promise<TestRedis>;
}

let scenes = 0;

/** A platform whose governance runs in processes of its own, with a Redis that keeps a file, and agents of which much is told. */
export class EventScene {
  /** Of the agents. */
  tokens: readonly string[] = [];
  private runs = 0;
  private readonly mark = `s${process.pid}_${(scenes += 1)}_`;
  private readonly consumers = new Set<ServiceProcess>();

  private constructor(
    readonly platform: Platform,
    readonly redis: RawRedis,
    readonly database: TestDatabase,
    private readonly settings: Record<string, string>,
  ) {}

  static async start({ governance, database, redis }: SceneOptions = {}): Promise<EventScene> {
    const platform = await startPlatform({
      without: ['governance', 'coordination', 'execution'],
      redis: redis ?? startRedis(DURABLE),
    });
    const raw = await RawRedis.open(platform.redis.url);
    const settings = {
      AGION_STREAM_TIMEOUT_MS: String(STREAM_TIMEOUT_MS),
      ...(await governance?.(platform)),
    };
    const scene = new EventScene(platform, raw, database ?? platform.database, settings);
    const tokens: string[] = [];
    for (const agentId of AGENTS) {
      const { body } = await platform.call('POST', '/api/v1/agents/register', {
        body: { agent_id: agentId, name: agentId },
      });
      tokens.push(body.token as string);
    }
    scene.tokens = tokens;
    const consumer = await scene.consumer();
    if (!database) await untilTheTrailIsWritten(platform, raw);
    await consumer.process.stop();
    return scene;
  }

  /** A governance process; a replica listens on a port of its own, and so has a name of its own, which it gets again by its port. */
  async consumer(
    env: Record<string, string> = {},
    { replica = false, port: given }: { replica?: boolean; port?: number } = {},
  ): Promise<Consumer> {
    const [free] = replica ? await freePorts(1) : [];
    const port = given ?? free ?? Number(this.platform.env.GOVERNANCE_PORT);
    const all = { ...this.settings, ...env, GOVERNANCE_PORT: String(port) };
    const process = await ServiceProcess.start('governance', this.platform, all);
    this.consumers.add(process);
    return { process, name: `${hostname()}-${port}`, port };
  }

  /** A governance in this process does the rest of the work: under the first one's name, and without the time a process takes to start. */
  async heal(timeoutMs?: number): Promise<void> {
    const service = await startService(governance, { env: { ...this.platform.env, ...this.settings } });
    try {
      await this.settled(timeoutMs);
    } finally {
      await service.close();
    }
  }

  /** Starts a run; `settled` and `counts` then tell of its events alone. @param url another way to Redis */
  async begin(url = this.platform.redis.url): Promise<EventRun> {
    const prefix = `${this.mark}${(this.runs += 1)}_`;
    return new EventRun(this, await EventTeller.open(url, AGENTS, prefix), prefix, await summed(this.database));
  }

  /** Entries in the hands of a consumer, or of all. */
  async held(name?: string): Promise<string[]> {
    const reply = (await this.redis.call(
      'XPENDING', TRUST, GROUP, '-', '+', 100_000, ...(name === undefined ? [] : [name]),
    ).catch(() => [])) as [string][]; // prettier-ignore
    return reply.map(([id]) => id);
  }

  /** Waits until all that was told has been given out and acknowledged. @returns how long it took, in milliseconds */
  async settled(timeoutMs = 60_000): Promise<number> {
    const since = performance.now();
    await eventually(async () => expect(await this.redis.group(TRUST, GROUP)).toMatchObject({ lag: 0, pending: 0 }), {
      timeoutMs,
      intervalMs: 20,
    });
    return performance.now() - since;
  }

  /** Stops a consumer in the middle of its work: it stands still, and holds entries. @param more gives it more of it */
  async freezeAtWork({ process, name }: Consumer, more?: () => Promise<void>): Promise<void> {
    await eventually(
      async () => {
        if ((await this.held(name)).length === 0) await more?.();
        expect((await this.held(name)).length).toBeGreaterThan(0);
        process.freeze();
        if ((await this.held(name)).length > 0) return;
        process.thaw();
        throw new Error('it has just finished what it held');
      },
      { timeoutMs: 30_000, intervalMs: 3 },
    );
  }

  /** Reports an event as the agent itself does that has no Redis. */
  tellOverHttp(event: unknown, agentId = AGENTS[1] ?? ''): Promise<Answer> {
    return this.platform.call('POST', '/api/v1/events', { token: this.tokens[AGENTS.indexOf(agentId)], body: event });
  }

  deadLetters(): Promise<number> {
    return this.redis.call('XLEN', `${TRUST}:dead`).then(Number);
  }

  async stop(): Promise<void> {
    for (const process of this.consumers) await process.kill();
    this.redis.close();
    await this.platform.stop();
  }
}

/** The events of one run of a fault. */
export class EventRun {
  constructor(
    private readonly scene: EventScene,
    readonly teller: EventTeller,
    private readonly prefix: string,
    private readonly before: ReadonlyMap<string, number>,
  ) {}

  /**
   * Reports events over HTTP, all at once, as the agents do that have no Redis; what is refused is tried again under the same id.
   * @returns the answer to each first try
   */
  async overHttp(count: number, { tries = 100 } = {}): Promise<number[]> {
    return Promise.all(
      this.teller.make(count).map(async ({ agent_id: agentId = '', ...fields }) => {
        const event = { kind: 'trust', ...fields, agent_id: agentId, impact: Number(fields.impact) };
        const statuses: number[] = [];
        while (statuses.length < tries && statuses.at(-1) !== 202) {
          if (statuses.length > 0) await sleep(100);
          statuses.push((await this.scene.tellOverHttp(event, agentId)).status);
        }
        if (statuses.at(-1) === 202) this.teller.acknowledged.add(fields.event_id ?? '');
        return statuses[0] ?? 0;
      }),
    );
  }

  /** What became of the run's events; ends it. @throws when one was lost or counted twice */
  async counts(): Promise<EventCounts> {
    this.teller.close();
    const counts = await countOf(this.scene.database, this.teller, this.prefix, this.before);
    expect(counts).toMatchObject({ lost: 0, doubled: 0 });
    expect(await sumsThatDiffer(this.scene.database)).toEqual([]);
    return counts;
  }
}
