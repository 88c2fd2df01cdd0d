import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * Stands before the replicas of a service as a cluster does: a new connection leads to one of those that are in, in turn. One that is
 * taken out gets no new ones; those it has stay, for clients keep theirs open.
 */
export class ServiceDoor {
  private readonly ports: number[] = [];
  private readonly sockets = new Set<Socket>();
  private turn = 0;

  private constructor(private readonly server: Server) {
    server.on('connection', (client: Socket) => this.join(client));
  }

  static async open(port: number): Promise<ServiceDoor> {
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    return new ServiceDoor(server);
  }

  takeIn(port: number): void {
    this.ports.push(port);
  }

  takeOut(port: number): void {
    this.ports.splice(this.ports.indexOf(port), 1);
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private join(client: Socket): void {
    const port = this.ports[(this.turn += 1) % this.ports.length];
    if (port === undefined) return void client.destroy();
    const replica = connect(port, '127.0.0.1');
    for (const [socket, other] of [
      [client, replica],
      [replica, client],
    ] as const) {
      this.sockets.add(socket);
      socket.pipe(other);
      socket.on('error', () => other.destroy());
      socket.on('close', () => this.sockets.delete(socket));
    }
  }
}
