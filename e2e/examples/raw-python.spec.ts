import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Platform, startPlatform } from '../platform.js';
import { ExampleProcess, exampleFolder, type Finished } from './example-process.js';
import { describeWithPython } from './python.js';

describeWithPython('an agent in Python, by the wire alone', ['httpx', 'redis'], () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await startPlatform();
  }, 60_000);
  afterAll(() => platform?.stop());

  const run = async (env: Record<string, string> = {}): Promise<Finished> => {
    const given = {
      AGION_GATEWAY_URL: platform.url,
      REDIS_URL: platform.redis.url,
      AGION_ADMIN_TOKEN: await platform.person('admin'),
      ...env,
    };
    return ExampleProcess.start(['python3', exampleFolder('raw-python', 'agent.py')], { env: given }).finished();
  };

  it('lives its day, twice', async () => {
    for (const time of ['first', 'second']) {
      const { status, output } = await run();
      expect({ time, status, end: output.trimEnd().split('\n').at(-1), output }).toMatchObject({
        status: 0,
        end: 'All as expected.',
      });
      expect(output.match(/^✓ /gm)).toHaveLength(16);
      expect(output).not.toContain('✗');
    }
  }, 60_000);

  it('lives it in production, with the token of its container, its entries signed', async () => {
    const production = await startPlatform({ mode: 'production' });
    try {
      const [operator, admin] = await Promise.all([production.person('operator'), production.person('admin')]);
      const path = '/api/v1/containers/raw-python/tokens';
      const { body } = await production.call('POST', path, { token: operator, body: {} });
      const { status, output } = await run({
        AGION_GATEWAY_URL: production.url,
        REDIS_URL: production.redis.url,
        AGION_ADMIN_TOKEN: admin,
        AGION_TOKEN: body.token,
      });
      expect({ status, output }).toMatchObject({ status: 0, output: expect.stringContaining('All as expected.') });
    } finally {
      await production.stop();
    }
  }, 90_000);

  it('says at which step its day went wrong', async () => {
    const { status, output } = await run({ AGION_ADMIN_TOKEN: await platform.person('viewer') });
    expect(status).toBe(1);
    expect(output).toMatch(/✓ send a sign of life[\s\S]*✗ POST \/policies: 403/);
  }, 60_000);
});
