import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** What a proxy does with bytes: hands them on, later, or lets them vanish with the connection open. */
type Mode = 'pass' | 'swallow';

/** A way to a server that can be slow, silent or cut, and lead elsewhere from one moment to the next. */
export class FaultProxy {
  private mode: Mode = 'pass';
  private delayMs = 0;
  private cut: ((reply: Buffer) => boolean) | undefined;
  /** Connections that have fallen silent since `swallow`. */
  silenced = 0;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private target: number,
  ) {}

  static async to(port: number): Promise<FaultProxy> {
    const server = createServer();
    const proxy = new FaultProxy(server, port);
    server.on('connection', (client: Socket) => proxy.join(client));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.server.address() as { port: number }).port;
  }

  /** The same address by way of the proxy. */
  url(address: string): string {
    return Object.assign(new URL(address), { hostname: '127.0.0.1', port: String(this.port) }).toString();
  }

  /** New connections lead to another server; those there are end, unless they may stay. */
  lead(port: number, { keep = false } = {}): void {
    this.target = port;
    if (!keep) this.hangUp();
  }

  hangUp(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  /** Connections stay open, nothing comes through; those made from now on work again when `mended`. */
  swallow(): void {
    this.mode = 'swallow';
    this.silenced = 0;
  }

  mended(): void {
    this.mode = 'pass';
    this.delayMs = 0;
  }

  slow(delayMs: number): void {
    this.delayMs = delayMs;
  }

  /** Ends the next connection on which such a reply comes, instead of the reply. @returns when that has happened */
  cutOn(matches: (reply: Buffer) => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.cut = (reply) => {
        if (!matches(reply)) return false;
        this.cut = undefined;
        resolve();
        return true;
      };
    });
  }

  async close(): Promise<void> {
    this.hangUp();
    this.server.close();
    await once(this.server, 'close');
  }

  private join(client: Socket): void {
    const upstream = connect(this.target, '127.0.0.1');
    const pair = [client, upstream];
    const end = (): void => pair.forEach((socket) => socket.destroy());
    let deaf = false;
    const carry = (from: Socket, to: Socket, isReply: boolean): void => {
      from.on('data', (bytes: Buffer) => {
        if (this.mode === 'swallow' && !deaf) this.silenced += 1;
        if (this.mode === 'swallow') deaf = true;
        if (deaf) return;
        if (isReply && this.cut?.(bytes)) return end();
        if (this.delayMs === 0) to.write(bytes);
        else setTimeout(() => to.writable && to.write(bytes), this.delayMs);
      });
    };
    carry(client, upstream, false);
    carry(upstream, client, true);
    for (const [from, to] of [pair, pair.toReversed()] as [Socket, Socket][]) {
      this.sockets.add(from);
      from.on('end', () => to.end()).on('error', end);
      from.on('close', () => this.sockets.delete(from));
    }
  }
}
