// A process that compiles all policies of the problem anew, or one that has changed, and beside them parses and checks the same conditions
// and nothing else.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Environment } from '@marcbachmann/cel-js';
import { amendPolicies, checkPolicy, compilePolicies } from '@agion/policy-engine';
import { makeProblem } from './problem.mjs';

const { policies } = makeProblem(Number(process.env.COMPILE_SIZE));
const OPTIONS = { revision: 1, defaultEffect: 'deny' };

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

const conditionOf = ({ conditions }) =>
  conditions
    .map(
      ([name, operator, value]) =>
        `context.${name} ${operator} ${typeof value === 'number' ? `${value}.0` : JSON.stringify(value)}`,
    )
    .join(' && ');

/** Documents nobody has seen: what was compiled once is not compiled again. */
const documents = (version) =>
  policies.map((policy) => {
    const { id, agent, action, effect, priority } = policy;
    const condition = conditionOf(policy);
    const spec = { scope: { agents: [agent], actions: [action] }, effect, priority, condition };
    const checked = checkPolicy({ apiVersion: 'agion/v1', kind: 'Policy', metadata: { id }, spec });
    if (!checked.policy) throw new Error(JSON.stringify(checked.faults));
    return { document: checked.policy, version };
  });

/** Garbage of its own is part of what something takes; that of others, which the making of the documents leaves, is not. */
function timed(work) {
  collectGarbage();
  const before = process.cpuUsage();
  const startedAt = performance.now();
  const result = work();
  const ms = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(before);
  return { ms, cpuMs: (user + system) / 1_000, result };
}

function round() {
  const versioned = documents(1);
  const whole = timed(() => compilePolicies(versioned, OPTIONS));
  const [changed] = documents(2);
  const one = timed(() => amendPolicies(whole.result, { gone: [versioned[0]], come: [changed] }, OPTIONS));
  const texts = policies.map(conditionOf);
  const bare = timed(() => {
    const environment = new Environment().registerVariable('context', 'map<string, dyn>');
    const programs = texts.map((text) => environment.parse(text));
    return programs.filter((program) => program.check().valid); // nobody puts a condition in force that has the wrong types
  });
  if (one.result.size !== policies.length || bare.result.length !== policies.length)
    throw new Error('some are missing');
  return {
    wholeMs: whole.ms,
    wholeCpuMs: whole.cpuMs,
    oneMs: one.ms,
    oneCpuMs: one.cpuMs,
    bareMs: bare.ms,
    bareCpuMs: bare.cpuMs,
  };
}

process.on('message', ({ type }) => type === 'compile' && process.send({ type, ...round() }));
process.once('disconnect', () => process.exit());
process.send({ type: 'ready' });
