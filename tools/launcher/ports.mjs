import { once } from 'node:events';
import net from 'node:net';
import { Failure } from '../setup/failure.mjs';

/** The services in the order they are shown, with their usual ports. */
export const SERVICES = { gateway: 8080, registry: 8081, coordination: 8082, governance: 8083, execution: 8084 };
const METRICS = 9464;

const portVariable = (service) => `${service.toUpperCase()}_PORT`;

function portOf(settings, variable, fallback, { lowest = 1, else: otherwise = '' } = {}) {
  const text = settings[variable] ?? String(fallback);
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < lowest || port > 65_535)
    throw new Failure(`${variable} is \`${text}\`, not a port between 1 and 65535${otherwise}`);
  return port;
}

/** Counted up from METRICS_PORT, one for each process; none when that is 0. */
function metricsPorts(settings, processes) {
  const first = portOf(settings, 'METRICS_PORT', METRICS, { lowest: 0, else: ', or 0 for no metrics' });
  if (first + processes - 1 > 65_535)
    throw new Failure(`METRICS_PORT is \`${first}\`: ${processes} processes count up from it`);
  return first === 0 ? [] : Array.from({ length: processes }, (_, index) => first + index);
}

/**
 * The port of each service and of the metrics. With a process per service, each has metrics of its own.
 * @throws Failure naming the variable, when one is no port or two are the same
 */
export function choosePorts(settings, { split = false } = {}) {
  const names = Object.keys(SERVICES);
  const services = Object.fromEntries(
    names.map((name) => [name, portOf(settings, portVariable(name), SERVICES[name])]),
  );
  const metrics = metricsPorts(settings, split ? names.length : 1);
  const wanted = [
    ...names.map((name) => ({ port: services[name], variable: portVariable(name) })),
    ...metrics.map((port) => ({ port, variable: 'METRICS_PORT', instead: metrics[0] })),
  ];
  const seen = new Map();
  for (const { port, variable } of wanted) {
    const other = seen.get(port);
    if (other) throw new Failure(`${other} and ${variable} both ask for port ${port}`);
    seen.set(port, variable);
  }
  return { services, metrics, wanted };
}

/** The command that was typed, as npm names its scripts. */
function typed() {
  const script = process.env.npm_lifecycle_event ?? 'start';
  return script === 'start' ? 'npm start' : `npm run ${script}`;
}

/** @throws Failure naming the variable of the first port that cannot be had */
export async function assertFree(wanted, host) {
  for (const { port, variable, instead = port } of wanted) {
    const server = net.createServer();
    try {
      server.listen({ port, host, exclusive: true });
      await once(server, 'listening');
    } catch (error) {
      if (error.code === 'EADDRINUSE')
        throw new Failure(
          `port ${port} is taken: set ${variable} to a free one, e.g. ${variable}=${suggestion(instead)} ${typed()}`,
        );
      if (error.code === 'EACCES')
        throw new Failure(`port ${port} needs more rights than you have: set ${variable} to one above 1023`);
      throw new Failure(`cannot listen on ${host}:${port} (${error.code}): see AGION_BIND and ${variable}`);
    } finally {
      server.close();
    }
  }
}

const suggestion = (port) => (port + 1000 > 65_535 ? port - 1000 : port + 1000);

/** A port on loopback that is free now. */
export async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
