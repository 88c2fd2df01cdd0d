// A process with one engine and one size of the problem: builds it, checks its answers, and measures a round each time it is asked.
import { ENGINES } from './engines.mjs';
import { makeProblem, referenceAnswer } from './problem.mjs';
import { quantile } from '../harness/statistics.mjs';

const { CONTENDER_ENGINE: name, CONTENDER_SIZE: size } = process.env;

/** Fast engines are checked with every request; slow ones for so long, and with at least so many. */
const CHECK_MS = 1_500;
const CHECK_AT_LEAST = 20;

const MOST_LATENCIES = 100_000;
/** The clock costs about as much as a fast decision, so it is looked at only now and then. */
const BETWEEN_LOOKS_MS = 0.5;

const engine = ENGINES[name];
const { policies, requests } = makeProblem(Number(size));
const startedAt = performance.now();
const decide = await engine.build(policies);
const compileMs = performance.now() - startedAt;
const inputs = requests.map(engine.request ?? ((request) => request));
const isAsync = decide(inputs[0]) instanceof Promise;

process.on('message', async ({ type, ms }) => {
  if (type === 'check') process.send({ type, compileMs, ...(await check()) });
  if (type === 'round') process.send({ type, cpuNs: await cpuPerDecision(ms), p99Ns: await slowestPercent(ms) });
});
process.send({ type: 'ready' });

async function check() {
  let wrong = 0;
  let checked = 0;
  const since = performance.now();
  for (const [position, input] of inputs.entries()) {
    const expected = referenceAnswer(policies, requests[position]);
    const answer = await decide(input);
    if (answer !== (engine.isEffectOnly ? expected.split(':')[0] : expected)) wrong++;
    checked++;
    if (checked >= CHECK_AT_LEAST && performance.now() - since > CHECK_MS) break;
  }
  return { wrong, checked };
}

async function cpuPerDecision(ms) {
  let done = 0;
  let batch = 1;
  const before = process.cpuUsage();
  const since = performance.now();
  for (;;) {
    for (let i = 0; i < batch; i++) {
      const answer = decide(inputs[done++ % inputs.length]);
      if (isAsync) await answer;
    }
    const elapsed = performance.now() - since;
    if (elapsed >= ms) break;
    batch = Math.max(1, Math.min(1_000, Math.floor((BETWEEN_LOOKS_MS * done) / elapsed)));
  }
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1_000) / done;
}

async function slowestPercent(ms) {
  const taken = [];
  const since = performance.now();
  do {
    const before = process.hrtime.bigint();
    const answer = decide(inputs[taken.length % inputs.length]);
    if (isAsync) await answer;
    taken.push(Number(process.hrtime.bigint() - before));
  } while (taken.length < MOST_LATENCIES && performance.now() - since < ms / 2);
  return quantile(taken, 0.99);
}
