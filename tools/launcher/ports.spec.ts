import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { assertFree, choosePorts } from './ports.mjs';

describe('ports', () => {
  it('are those of the settings, else the usual ones', () => {
    const { services, metrics } = choosePorts({ GATEWAY_PORT: '18080' });
    expect(services).toEqual({
      gateway: 18_080,
      registry: 8081,
      coordination: 8082,
      governance: 8083,
      execution: 8084,
    });
    expect(metrics).toEqual([9464]);
  });

  it('give every process metrics of its own', () => {
    expect(choosePorts({ METRICS_PORT: '9000' }, { split: true }).metrics).toEqual([9000, 9001, 9002, 9003, 9004]);
  });

  it('are none for metrics when METRICS_PORT is 0', () => {
    for (const split of [false, true]) {
      const { metrics, wanted } = choosePorts({ METRICS_PORT: '0' }, { split });
      expect(metrics).toEqual([]);
      expect(wanted.map(({ variable }) => variable)).not.toContain('METRICS_PORT');
    }
  });

  it('of metrics leave room for every process', () => {
    expect(() => choosePorts({ METRICS_PORT: '65535' }, { split: true })).toThrow('METRICS_PORT is `65535`');
  });

  it.each(['0', '65536', '80a', '-1'])('refuse %s by the name of its variable', (text) => {
    expect(() => choosePorts({ REGISTRY_PORT: text })).toThrow(`REGISTRY_PORT is \`${text}\``);
  });

  it('refuse two settings with the same port', () => {
    expect(() => choosePorts({ GATEWAY_PORT: '8083' })).toThrow(
      'GATEWAY_PORT and GOVERNANCE_PORT both ask for port 8083',
    );
  });

  it('that are taken name the variable to set', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const wanted = [{ port, variable: 'GATEWAY_PORT' }];
    await expect(assertFree(wanted, '127.0.0.1')).rejects.toThrow(`port ${port} is taken: set GATEWAY_PORT`);
    server.close();
    await once(server, 'close');
    await expect(assertFree(wanted, '127.0.0.1')).resolves.toBeUndefined();
  });

  it('that are taken by the metrics of one process move them all, by the command that was typed', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const script = process.env['npm_lifecycle_event'];
    process.env['npm_lifecycle_event'] = 'start:split';
    const wanted = [{ port, variable: 'METRICS_PORT', instead: 9464 }];
    await expect(assertFree(wanted, '127.0.0.1')).rejects.toThrow('e.g. METRICS_PORT=10464 npm run start:split');
    if (script === undefined) delete process.env['npm_lifecycle_event'];
    else process.env['npm_lifecycle_event'] = script;
    server.close();
    await once(server, 'close');
  });
});
