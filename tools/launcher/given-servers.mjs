import { once } from 'node:events';
import net from 'node:net';
import pg from 'pg';
import { parseRedisUrl, redisAddress } from '../../libs/messaging/src/redis-url.ts';
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
    `${variable} ${url} does not answer (${why}): start that server, or unset ${variable} for an embedded one`,
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
    throw silent(variable, withoutPassword(url), error.severity ? error.message : (error.code ?? error.message)); // severity: said by the server
  }
}

/**
 * @throws Failure in one line when nothing answers there, or something that is no Redis; with TLS only the former. Of Sentinels one
 * has to answer: which server they name is for those who connect to it
 */
export async function assertRedis(variable, url) {
  const { tls, hosts, shown } = redisPlace(variable, url);
  const failures = [];
  for (const { host, port } of hosts) {
    const failure = await failureOfRedis(host.replace(/^\[|\]$/g, ''), port, tls);
    if (failure === null) return;
    failures.push(failure);
  }
  if (failures.every((failure) => failure === NO_REDIS))
    throw new Failure(`${variable} ${shown} is no Redis: something else answers there`);
  throw silent(variable, shown, failures.join(', '));
}

/** The address of a Redis or of its Sentinels, for messages. */
export const redisWithoutLogin = (url) => `${url.slice(0, url.indexOf(':'))}://${redisAddress(url)}`;

const NO_REDIS = 'no Redis';

/** What the services make of the address, in their own words; `shown` has no login. */
function redisPlace(variable, url) {
  try {
    return { ...parseRedisUrl(url), shown: redisWithoutLogin(url) };
  } catch (error) {
    throw new Failure(`${variable}: ${error.message}`);
  }
}

/** `null` when a Redis or a Sentinel answers. */
async function failureOfRedis(host, port, tls) {
  const socket = net.connect({ host, port, timeout: PATIENCE });
  socket.on('timeout', () => socket.destroy(new Error('no answer within 5 s')));
  try {
    await once(socket, 'connect');
    return tls || (await speaksRedis(socket)) ? null : NO_REDIS;
  } catch (error) {
    return error.code ?? error.message;
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
