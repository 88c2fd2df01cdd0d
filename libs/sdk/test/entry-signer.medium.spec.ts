import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { isSignedBy } from '@agion/messaging';
import { ConnectionError } from '../src/errors.js';
import { EntrySigner } from '../src/events/entry-signer.js';
import { GatewayClient } from '../src/http/gateway.client.js';
import { type ScriptedGateway, startScriptedGateway } from './scripted-gateway.js';

const STREAM = 'agion:events:trust';
const entry = (agentId: string): Record<string, string> => ({ agent_id: agentId, event_type: 'x' });
let gateway: ScriptedGateway;
let token: string | undefined;
let signer: EntrySigner;

beforeEach(async () => {
  gateway = await startScriptedGateway();
  token = 'agion_agt_some';
  const client = new GatewayClient({ url: gateway.url, token: () => token });
  signer = new EntrySigner({ gateway: client, hasToken: () => token !== undefined });
});
afterEach(() => gateway.stop());

const keyOf = (path: string): string => `key of ${decodeURIComponent(path.split('/')[4] ?? '')}`;

describe('the signature of entries', () => {
  it('is made with the key of the agent they are from, which is fetched once', async () => {
    gateway.answer(({ path }) => ({ body: { stream_key: keyOf(path) } }));
    const signed = await Promise.all([1, 2, 3].map(() => signer.sign(STREAM, entry('demo:a'))));
    const other = await signer.sign(STREAM, entry('demo:b'));
    for (const fields of signed) expect(isSignedBy(STREAM, fields, 'key of demo:a')).toBe(true);
    expect(isSignedBy(STREAM, other, 'key of demo:b')).toBe(true);
    expect(gateway.received.map(({ path }) => path)).toEqual([
      '/api/v1/agents/demo%3Aa/stream-key',
      '/api/v1/agents/demo%3Ab/stream-key',
    ]);
  });

  it('is made with the key that came with the registration, without asking', async () => {
    signer.keep('demo:a', 'kept');
    expect(isSignedBy(STREAM, await signer.sign(STREAM, entry('demo:a')), 'kept')).toBe(true);
    expect(gateway.received).toEqual([]);
  });

  it('is left out where there are no credentials, and where they do not speak for the agent', async () => {
    gateway.answer(() => ({ status: 403, body: { title: 'Forbidden' } }));
    expect(await signer.sign(STREAM, entry('other:a'))).toEqual(entry('other:a'));
    token = undefined;
    expect(await signer.sign(STREAM, entry('demo:a'))).toEqual(entry('demo:a'));
    expect(gateway.received).toHaveLength(1);
  });

  it('has to wait while the platform does not say what the key is: unsigned the entry might be lost', async () => {
    await gateway.stop();
    await expect(signer.sign(STREAM, entry('demo:a'))).rejects.toThrow(ConnectionError);
    await expect(signer.sign(STREAM, entry('demo:a'))).rejects.toThrow(ConnectionError);
    gateway = await startScriptedGateway();
  });
});
