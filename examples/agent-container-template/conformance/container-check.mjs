import { HEALTH, IDS, METADATA, REFUSALS } from './answers.points.mjs';
import { GOVERNANCE, INVOCATION, OBEDIENCE, REPORTS } from './governance.points.mjs';
import { caller } from './http.mjs';
import { DEREGISTERED, HEARTBEAT, REGISTRATION, STOP } from './platform.points.mjs';
import { lookAt, NotLookedAt } from './point.mjs';
import { TemporaryPolicies } from './temporary-policies.mjs';

/** The beat is waited for while the others are looked at. */
const WHILE_IT_RUNS = [
  HEALTH,
  METADATA,
  IDS,
  REGISTRATION,
  INVOCATION,
  REFUSALS,
  GOVERNANCE,
  OBEDIENCE,
  REPORTS,
  HEARTBEAT,
];

/** All points, in the order of their numbers. */
export const POINTS = [...WHILE_IT_RUNS, STOP, DEREGISTERED].sort((one, other) => one.number - other.number);

const UNSTOPPABLE = {
  ...STOP,
  look: () => Promise.reject(new NotLookedAt('nobody said which process it is')),
};

/**
 * Milliseconds: what the contract and the platform allow for. A lease is 30 s, and a beat may just have been missed; so may policies
 * that a container without Redis asks for now and then.
 */
const PATIENCE = { lease: 31_000, policyChange: 31_000, record: 15_000, stop: 30_000 };

/**
 * Looks at a running container, point by point (docs/agent-container-spec/v1.md).
 * @param {{url: string, platform: string, token: string, stop?: (milliseconds: number) => Promise<object | undefined>,
 *   patience?: typeof PATIENCE}} options `url` and `platform`: origins of the container and of the gateway; `token`: an administrator's;
 *   `stop(milliseconds)`, if it can be stopped: sends SIGTERM and tells how the process ended, or undefined when it did not
 * @returns `{number, name, outcome: 'passed'|'failed'|'skipped', detail}` of each point, in the order of their numbers
 * @throws Error when the platform does not take the token
 */
export async function checkContainer({ url, platform: gateway, token, stop, patience = PATIENCE }) {
  const platform = caller(gateway, token);
  const scene = { container: caller(url), platform, stop, patience, agents: [], startedAt: Date.now() };
  scene.policies = new TemporaryPolicies(platform, `conformance-${scene.startedAt}`);
  let results;
  try {
    results = await lookAt(WHILE_IT_RUNS, scene);
  } finally {
    await scene.policies.removeAll();
  }
  const all = await lookAt([stop ? STOP : UNSTOPPABLE, DEREGISTERED], scene, results);
  return all.sort((one, other) => one.number - other.number);
}

/** Whether none of the points is violated. */
export const isConforming = (results) => results.every(({ outcome }) => outcome !== 'failed');
