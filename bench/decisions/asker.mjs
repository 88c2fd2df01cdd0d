// Plays containers that ask: so many requests in flight, each answer matched by its correlation id and compared with what it must be.
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { quantile } from '../harness/statistics.mjs';

const REQUESTS = 'governance:requests';
const LIMIT = 500;
/** One request in so many is denied. */
const DENIED_ONE_IN = 100;
const LATE_MS = 10_000;

/** Reads one container's reply stream and hands each answer to whoever waits for it. */
class Answers {
  #waiting = new Map();
  #last = '0-0';
  #stopped = false;

  constructor(url, stream) {
    this.redis = new Redis(url);
    this.stream = stream;
  }

  /** From here on every answer is seen. */
  async start() {
    const [newest] = await this.redis.xrevrange(this.stream, '+', '-', 'COUNT', 1);
    if (newest) this.#last = newest[0];
    this.ended = this.#read();
  }

  expect(correlation) {
    return new Promise((resolve) => this.#waiting.set(correlation, resolve));
  }

  async stop() {
    this.#stopped = true;
    this.redis.disconnect();
    await this.ended.catch(() => {});
  }

  async #read() {
    while (!this.#stopped) {
      const reply = await this.redis.xread('COUNT', 500, 'BLOCK', 5000, 'STREAMS', this.stream, this.#last);
      for (const [id, flat] of reply?.[0][1] ?? []) {
        this.#last = id;
        const fields = {};
        for (let index = 0; index < flat.length; index += 2) fields[flat[index]] = flat[index + 1];
        this.#waiting.get(fields.correlation_id)?.(fields);
        this.#waiting.delete(fields.correlation_id);
      }
    }
  }
}

const inTime = (promise, seconds) => {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${LATE_MS} ms`)), seconds * 1_000 + LATE_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
};

async function ask(commands, { container, agents, answers }, number) {
  const amount = number % DENIED_ONE_IN === 0 ? LIMIT + 1 : number % LIMIT;
  const correlation = randomUUID();
  const answer = answers.expect(correlation);
  commands.xadd(
    REQUESTS, '*',
    'correlation_id', correlation,
    'agent_id', `${container}:agent-${number % agents}`,
    'action', 'generate_chart',
    'context', JSON.stringify({ amount, env: 'prod', query: 'quarterly revenue by region, stacked bar chart' }),
    'reply_to', answers.stream,
  ); // prettier-ignore
  const { decision } = await answer;
  const expected = amount > LIMIT ? 'deny' : 'allow';
  return decision === expected ? undefined : `${amount} was answered \`${decision}\``;
}

/** A container has one connection that waits for its answers; requests go through one connection of the process. */
async function containerOf(url, container, agents) {
  const answers = new Answers(url, `governance:responses:${container}`);
  await answers.start();
  return { container, agents, answers };
}

async function load({ url, seconds, inFlight, containers, agents }) {
  const commands = new Redis(url, { enableAutoPipelining: true });
  const askers = await Promise.all(containers.map((name) => containerOf(url, name, agents)));
  const durations = [];
  const faults = [];
  let number = 0;
  const startedAt = performance.now();
  const until = startedAt + seconds * 1_000;
  const worker = async (_, place) => {
    const asker = askers[place % askers.length];
    for (let sentAt = performance.now(); sentAt < until; sentAt = performance.now()) {
      const fault = await ask(commands, asker, ++number);
      durations.push(performance.now() - sentAt);
      if (fault) faults.push(fault);
    }
  };
  await inTime(Promise.all(Array.from({ length: inFlight }, worker)), seconds);
  const elapsed = (performance.now() - startedAt) / 1_000;
  await Promise.all(askers.map(({ answers }) => answers.stop()));
  commands.disconnect();
  return {
    decisions: durations.length,
    wrong: faults.length,
    firstFault: faults[0],
    perSecond: durations.length / elapsed,
    p50: quantile(durations, 0.5),
    p99: quantile(durations, 0.99),
  };
}

process.on('message', (message) => {
  if (message.type !== 'load') return;
  load(message).then(
    (result) => process.send({ type: 'load', ...result }),
    (error) => process.send({ type: 'load', error: error.message }),
  );
});
process.once('disconnect', () => process.exit());
process.send({ type: 'ready' });
