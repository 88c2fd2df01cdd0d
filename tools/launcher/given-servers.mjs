import { once } from 'node:events';
import net from 'node:net';
import pg from 'pg';
import { withoutPassword } from '../database/connection.mjs';
import { Failure } from '../setup/failure.mjs';

const PATIENCE = 5_000;
const REFUSED_LOGIN = ['28000', '28P01'];
const NO_SUCH_DATABASE = '3D000';

function parsed(variable, url, protocols) {
  const target = URL.parse(url);
  if (!target || !protocols.includes(target.protocol))
    throw new Failure(`${variable} must be a URL that begins with ${protocols.map((one) => `${one}//`).join(' or ')}`);
  return target;
}

const silent = (variable, url, why) =>
  new Failure(
    `${variable} ${withoutPassword(url)} does not answer (${why}): start that server, or unset ${variable} for an embedded one`,
  );

/** @throws Failure in one line when no PostgreSQL answers there, or not to this login; the database itself may be missing */
export async function assertPostgres(variable, url) {
  parsed(variable, url, ['postgresql:', 'postgres:']);
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: PATIENCE });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.end();
  } catch (error) {
    if (error.code === NO_SUCH_DATABASE) return;
    if (REFUSED_LOGIN.includes(error.code))
      throw new Failure(`${variable} ${withoutPassword(url)} is refused: ${error.message}`);
    throw silent(variable, url, error.severity ? error.message : (error.code ?? error.message)); // severity: said by the server
  }
}

/** @throws Failure in one line when nothing answers there, or something that is no Redis; with TLS only the former */
export async function assertRedis(variable, url) {
  const { protocol, hostname, port } = parsed(variable, url, ['redis:', 'rediss:']);
  const host = hostname.replace(/^\[|\]$/g, '');
  const socket = net.connect({ host, port: Number(port) || 6379, timeout: PATIENCE });
  socket.on('timeout', () => socket.destroy(new Error('no answer within 5 s')));
  try {
    await once(socket, 'connect');
    if (protocol === 'redis:' && !(await speaksRedis(socket)))
      throw new Failure(`${variable} ${withoutPassword(url)} is no Redis: something else answers there`);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw silent(variable, url, error.code ?? error.message);
  } finally {
    socket.destroy();
  }
}

/** Redis answers an unknown caller with `+PONG`, or with `-NOAUTH …` or another error. */
async function speaksRedis(socket) {
  socket.write('PING\r\n');
  const [first] = await Promise.race([once(socket, 'data'), once(socket, 'end').then(() => [''])]);
  return /^[+-]/.test(String(first));
}
