// What a container engine asks an image of an app: 0 when every service in it is ready. Kubernetes asks the endpoints itself.
import { DEFAULT_PORTS } from '@agion/wire';

const { AGION_APP: app, AGION_BIND: bind } = process.env;
const host = !bind || bind === '0.0.0.0' ? '127.0.0.1' : bind;
/** A gateway that speaks TLS speaks plain HTTP on loopback only. */
const hostOf = (service) => (service === 'gateway' && process.env.GATEWAY_TLS_CERT ? '127.0.0.1' : host);
const services = app in DEFAULT_PORTS ? [app] : Object.keys(DEFAULT_PORTS);

for (const service of services) {
  const port = process.env[`${service.toUpperCase()}_PORT`] || DEFAULT_PORTS[service];
  try {
    const answer = await fetch(`http://${hostOf(service)}:${port}/readiness`, { signal: AbortSignal.timeout(4_000) });
    if (answer.ok) continue;
    console.error(`${service} is not ready: ${await answer.text()}`);
  } catch (error) {
    console.error(`${service} does not answer on port ${port}: ${error.cause?.code ?? error.message}`);
  }
  process.exitCode = 1;
}
