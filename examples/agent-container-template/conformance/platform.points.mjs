import { inWords, within } from './http.mjs';
import { must } from './point.mjs';

const agentPath = (id) => `/api/v1/agents/${encodeURIComponent(id)}`;
const sorted = (list) => JSON.stringify([...list].sort());
async function registration(scene) {
  const { platform, agents, patience } = scene;
  for (const agent of agents) {
    const known = await platform('GET', agentPath(agent.agent_id));
    must(known.status === 200, `the platform does not know \`${agent.agent_id}\`: ${inWords(known)}`);
    must(known.body.status === 'active', `\`${agent.agent_id}\` is \`${known.body.status}\` at the platform`);
    const differs = ['name', 'type', 'version'].find((member) => known.body[member] !== agent[member]);
    must(!differs, `\`${differs}\` of \`${agent.agent_id}\` is \`${known.body[differs]}\` at the platform`);
    must(
      sorted(known.body.capabilities) === sorted(agent.capabilities),
      `other capabilities of \`${agent.agent_id}\` at the platform`,
    );
    must(
      known.body.container_id === agent.agent_id.split(':')[0],
      `\`container_id\` is \`${known.body.container_id}\` at the platform`,
    );
  }
  scene.heard = Promise.all(agents.map(({ agent_id: id }) => heardAgain(platform, id, patience.lease)));
  return `${agents.length} active at the platform`;
}

/** @returns how many milliseconds it took, or undefined when nothing came */
async function heardAgain(platform, agentId, lease) {
  const since = Date.now();
  const lastSeen = async () => {
    const { status, body } = await platform('GET', agentPath(agentId));
    return status === 200 ? body.last_seen_at : undefined;
  };
  const first = await within(lease, lastSeen);
  const again = await within(lease, async () => ((await lastSeen()) ?? first) !== first || undefined, 500);
  return again && { agentId, after: Date.now() - since };
}

async function heartbeat({ heard, agents, patience }) {
  const beats = await heard;
  const silent = agents.filter((_, index) => !beats[index]);
  must(silent.length === 0, `nothing was heard of \`${silent[0]?.agent_id}\` for ${patience.lease / 1_000} s`);
  return `heard again after ${Math.ceil(Math.max(...beats.map(({ after }) => after)) / 1_000)} s`;
}

async function stop(scene) {
  const since = Date.now();
  scene.stoppedAt = since;
  const ended = await scene.stop(scene.patience.stop);
  const seconds = ((Date.now() - since) / 1_000).toFixed(1);
  must(ended, `it still runs ${scene.patience.stop / 1_000} s after SIGTERM`);
  must(ended.status === 0 || ended.status === undefined, `it ended with ${ended.status ?? ended.signal}`);
  return `ended after ${seconds} s${ended.status === 0 ? ', status 0' : '; its status cannot be seen from here'}`;
}

async function deregistered({ platform, agents, stoppedAt, patience }) {
  const left = Math.max(0, stoppedAt + patience.stop - Date.now());
  for (const { agent_id: id } of agents) {
    const gone = await within(left, async () => {
      const { body } = await platform('GET', agentPath(id));
      return body.live_instances === 0 && body.status !== 'active' ? body.status : undefined;
    });
    must(gone, `the platform still counts an instance of \`${id}\``);
  }
  return 'no instance left at the platform';
}

/** What the platform must know of a container. */
export const REGISTRATION = { number: 4, name: 'registration', needs: ['agent ids'], look: registration };
export const HEARTBEAT = { number: 5, name: 'heartbeat', needs: ['registration'], look: heartbeat };
export const STOP = { number: 11, name: 'stop', look: stop };
export const DEREGISTERED = { number: 12, name: 'deregistered', needs: ['registration', 'stop'], look: deregistered };
