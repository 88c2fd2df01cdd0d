import { lookup as lookUp, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { isPublicAddress, type AddressRange } from './address-range.js';
import { notPublic } from './outgoing-target.js';

/** Every address of a name. */
export type Resolver = (hostname: string) => Promise<readonly LookupAddress[]>;

export interface ConnectorOptions {
  timeout: number;
  allowH2: boolean;
  lookup: LookupFunction;
}

export interface GuardOptions {
  readonly denied: readonly AddressRange[];
  /** Milliseconds until a connection must stand. */
  readonly connectMs: number;
  /** Default: as the system resolves names. */
  readonly resolve?: Resolver;
  /** What opens connections. Default: undici's own. */
  readonly connector?: (options: ConnectorOptions) => buildConnector.connector;
}

/**
 * Opens connections to public addresses only. A name is resolved once, refused when any of its addresses is none, and the
 * connection goes to what was checked: a name that answers differently a moment later gains nothing. Literal addresses never reach
 * a look-up, so they are checked by themselves; and what the socket says it is connected to is checked last.
 */
export function guardedConnector({
  denied,
  connectMs,
  resolve = systemResolver,
  connector = buildConnector,
}: GuardOptions): buildConnector.connector {
  const connect = connector({ timeout: connectMs, allowH2: false, lookup: guardedLookup(resolve, denied) });
  return (options, callback) => {
    const { hostname } = options;
    if (isIP(hostname) !== 0 && !isPublicAddress(hostname, denied)) {
      callback(notPublic(hostname), null);
      return;
    }
    connect(options, (...[error, socket]) => {
      if (error !== null) {
        callback(error, null);
        return;
      }
      if (isPublicAddress(socket.remoteAddress ?? '', denied)) callback(null, socket);
      else {
        socket.destroy();
        callback(notPublic(hostname), null);
      }
    });
  };
}

function guardedLookup(resolve: Resolver, denied: readonly AddressRange[]): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname).then(
      (found) => {
        const bad = found.length === 0 || found.some(({ address }) => !isPublicAddress(address, denied));
        const [first] = found;
        if (bad || !first) callback(notPublic(hostname), '', 0);
        else if (options.all) callback(null, [...found]);
        else callback(null, first.address, first.family);
      },
      (error: unknown) => callback(error as NodeJS.ErrnoException, '', 0),
    );
  };
}

const systemResolver: Resolver = (hostname) =>
  new Promise((resolve, reject) => {
    lookUp(hostname, { all: true }, (error, addresses) => {
      if (error) reject(error);
      else resolve(addresses);
    });
  });
