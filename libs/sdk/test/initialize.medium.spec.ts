import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  AgionSDK,
  type AgionSDKOptions,
  ConnectionError,
  NotInitializedError,
  UnauthorizedError,
} from '../src/index.js';
import { type Received, type Scripted, type ScriptedGateway, startScriptedGateway } from './scripted-gateway.js';
import { Signer } from './signed-policies.js';

let gateway: ScriptedGateway;
let folder: string;
let sdk: AgionSDK;
const signer = new Signer();
const OWNER = { organization: 'default', agentId: 'demo:starter' };

beforeEach(async () => {
  gateway = await startScriptedGateway();
  gateway.answer(platform);
  folder = await mkdtemp(path.join(tmpdir(), 'agion-snapshot-'));
});
afterEach(async () => {
  await sdk.close();
  await gateway.stop();
  await rm(folder, { recursive: true, force: true });
});

function platform({ path: asked, method }: Received): Scripted {
  if (asked.endsWith('/register'))
    return { status: 201, body: { lease_seconds: 30, policy_revision: 1, organization: 'default', trust: null } };
  if (asked === '/.well-known/agion-keys') return { body: { keys: [signer.jwk] } };
  if (asked.startsWith('/api/v1/policies'))
    return { body: signer.document(OWNER, { revision: 1 }, [{ id: 'work', actions: ['work'] }]) };
  return method === 'DELETE' ? { status: 204 } : { body: {} };
}

const sdkOf = (options: Partial<AgionSDKOptions> = {}): AgionSDK =>
  (sdk = new AgionSDK({ agentId: OWNER.agentId, gatewayUrl: gateway.url, timeoutMs: 3_000, ...options }));
const registrations = (): Received[] => gateway.received.filter(({ path: asked }) => asked.endsWith('/register'));

describe('initialize()', () => {
  test('is patient with a slow platform on the first day, when there are no kept policies to begin with', async () => {
    let isFirst = true;
    gateway.answer(async (request) => {
      if (request.path.endsWith('/register') && isFirst) {
        isFirst = false;
        await new Promise((resolve) => setTimeout(resolve, 1_200));
      }
      return platform(request);
    });
    await sdkOf({ snapshotFolder: folder }).initialize();
    expect(await sdk.checkPermission({ action: 'work' })).toMatchObject({ allowed: true, decidedBy: 'local' });
  });

  test('begins with the policies of the day before when the platform is away, and registers when it is back', async () => {
    await sdkOf({ snapshotFolder: folder }).initialize();
    await sdk.close();
    gateway.answer(() => ({ status: 503 }));
    await sdkOf({ snapshotFolder: folder }).initialize();
    expect(await sdk.checkPermission({ action: 'work' })).toMatchObject({ allowed: true, policyRevision: 1 });
    const away = registrations().length;
    const back = new Promise<void>((resolve) => {
      gateway.answer((request) => {
        if (request.path.endsWith('/register')) resolve();
        return platform(request);
      });
    });
    await back;
    expect(registrations().length).toBe(away + 1);
  });

  test('throws when the platform is away and nothing was kept', async () => {
    gateway.answer(() => ({ status: 503 }));
    await expect(sdkOf({ snapshotFolder: folder }).initialize()).rejects.toMatchObject({
      status: 503,
      retryable: true,
    });
    await gateway.stop();
    await expect(sdkOf().initialize()).rejects.toThrow(ConnectionError);
  });

  test('throws at once when the token is refused: waiting does not mend that', async () => {
    gateway.answer(() => ({ status: 401, body: { type: '/problems/unauthenticated', title: 'x', status: 401 } }));
    const options = { snapshotFolder: folder, token: 'agion_agt_old' };
    await expect(sdkOf(options).initialize()).rejects.toThrow(UnauthorizedError);
    expect(registrations()).toHaveLength(1);
  });

  test('may be called again after it has failed', async () => {
    gateway.answer(() => ({ status: 401 }));
    await expect(sdkOf().initialize()).rejects.toThrow(UnauthorizedError);
    gateway.answer(platform);
    await sdk.initialize();
    expect(await sdk.checkPermission({ action: 'work' })).toMatchObject({ allowed: true });
  });

  test('that is still under way when the sdk is closed comes to nothing, and leaves nothing registered', async () => {
    const opening = sdkOf().initialize();
    await sdk.close();
    await expect(opening).rejects.toThrow(NotInitializedError);
    const ended = gateway.received.filter(({ method }) => method === 'DELETE');
    expect(ended).toHaveLength(registrations().length);
  });
});
