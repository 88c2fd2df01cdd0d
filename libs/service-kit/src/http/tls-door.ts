import { once } from 'node:events';
import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import type { Server as HttpServer } from 'node:http';
import { createServer, type Server } from 'node:https';
import { createSecureContext } from 'node:tls';
import type { Logger } from 'pino';
import { StartupError } from '../startup-error.js';
import { MAX_HEADER_BYTES } from './server-limits.js';

/** Where a service speaks TLS itself, and with what. */
export interface TlsSettings {
  readonly port: number;
  /** Files in PEM form: the certificate with those between it and the authority, and its key. */
  readonly cert: string;
  readonly key: string;
  /** How the settings are called, for messages. */
  readonly names: { readonly port: string; readonly cert: string; readonly key: string };
}

/** Milliseconds between looks at the files: a renewed certificate is served without a restart. */
const LOOK_EVERY = 2_000;
const HANDSHAKE_TIMEOUT = 10_000;

/** A second door to a server, with TLS (1.2 or later, HTTP/1.1). What comes in is handled as if it had come by the plain one. */
export class TlsDoor {
  private constructor(
    private readonly server: Server,
    private readonly settings: TlsSettings,
    private readonly look: () => void,
  ) {}

  /** @throws StartupError when the files cannot be used or the port is taken */
  static async open(plain: HttpServer, address: string, settings: TlsSettings, logger: Logger): Promise<TlsDoor> {
    const server = createServer({
      ...readPair(settings),
      handshakeTimeout: HANDSHAKE_TIMEOUT,
      maxHeaderSize: MAX_HEADER_BYTES,
      connectionsCheckingInterval: 5_000,
      requireHostHeader: false, // the plain one's handlers look
    });
    Object.assign(server, {
      requestTimeout: plain.requestTimeout,
      headersTimeout: plain.headersTimeout,
      keepAliveTimeout: plain.keepAliveTimeout,
      timeout: plain.timeout,
    });
    server.on('request', (request, response) => plain.emit('request', request, response));
    server.on('checkExpectation', (request, response) => plain.emit('checkExpectation', request, response));
    server.on('clientError', (error, socket) => plain.emit('clientError', error, socket));
    if (plain.listenerCount('upgrade') > 0)
      server.on('upgrade', (request, socket, head) => plain.emit('upgrade', request, socket, head));
    const look = (): void => {
      try {
        server.setSecureContext(readPair(settings));
        logger.info('the renewed certificate is served from now on');
      } catch (error) {
        logger.error({ err: error }, 'the certificate on disk cannot be used: the one before it goes on being served');
      }
    };
    try {
      server.listen(settings.port, address);
      await once(server, 'listening');
    } catch (error) {
      throw new StartupError(
        `port ${settings.port} cannot be used (${(error as NodeJS.ErrnoException).code}): set ${settings.names.port} to another one`,
        { cause: error },
      );
    }
    for (const file of [settings.cert, settings.key])
      watchFile(file, { interval: LOOK_EVERY, persistent: false }, look);
    return new TlsDoor(server, settings, look);
  }

  get port(): number {
    return (this.server.address() as { port: number }).port;
  }

  /** Lets nobody else in; who is in stays. */
  shut(): void {
    for (const file of [this.settings.cert, this.settings.key]) unwatchFile(file, this.look);
    this.server.close();
    this.server.closeIdleConnections();
  }

  /** Ends what is left. */
  end(): void {
    this.server.closeAllConnections();
  }
}

/** @throws StartupError naming the file that cannot be read, or that both do not belong together */
function readPair({ cert, key, names }: TlsSettings): { cert: Buffer; key: Buffer } {
  const pair = { cert: read(names.cert, cert), key: read(names.key, key) };
  try {
    createSecureContext(pair);
    return pair;
  } catch (error) {
    throw new StartupError(
      `${names.cert} and ${names.key} are not a certificate and its key in PEM form: ${(error as Error).message}`,
      { cause: error },
    );
  }
}

function read(name: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new StartupError(
      `${name} names \`${file}\`, which cannot be read: ${(error as NodeJS.ErrnoException).code}`,
      {
        cause: error,
      },
    );
  }
}
