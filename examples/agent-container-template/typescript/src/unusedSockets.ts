import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Remembers the server's connections. The function it returns ends those on which nothing was ever sent: Node takes them for busy, so
 * closing the server would wait for clients that opened one ahead of need.
 */
export function unusedSockets(server: Server): () => void {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return () => {
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
  };
}
