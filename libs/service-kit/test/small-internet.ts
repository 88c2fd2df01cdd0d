import { isIP } from 'node:net';
import { buildConnector } from 'undici';
import type { GuardOptions } from '../src/outgoing/guarded-connector.js';

type Connector = NonNullable<GuardOptions['connector']>;

/** An address anybody could have, and where small internets put their public server. */
export const PUBLIC_ADDRESS = '93.184.216.34';

/**
 * The network between a client and the world: `PUBLIC_ADDRESS` is the server on that port of this machine, every other address is
 * what it is. Tests reach a public server without the internet, and a forbidden address as anybody would.
 */
export const smallInternet =
  (port: () => number): Connector =>
  (options) => {
    const dial = buildConnector({ timeout: options.timeout, allowH2: false });
    return (target, callback) => {
      const reach = (address: string): void => {
        if (address !== PUBLIC_ADDRESS) {
          dial({ ...target, hostname: address }, callback);
          return;
        }
        dial({ ...target, hostname: '127.0.0.1', port: String(port()) }, (...[error, socket]) => {
          if (error !== null) callback(error, null);
          else callback(null, Object.defineProperty(socket, 'remoteAddress', { value: PUBLIC_ADDRESS }));
        });
      };
      if (isIP(target.hostname) !== 0) reach(target.hostname);
      else
        options.lookup(target.hostname, { all: true }, (error, found) => {
          const [first] = typeof found === 'string' ? [] : found;
          if (error || !first) callback(error ?? new Error('no address'), null);
          else reach(first.address);
        });
    };
  };
