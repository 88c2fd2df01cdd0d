import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Platform, startPlatform } from '../platform.js';
import { conform, startContainer } from './conforming.js';
import { containerCommand, describeContainers } from './containers.js';

let platform: Platform;
beforeAll(async () => {
  platform = await startPlatform({ mode: 'production' });
}, 60_000);
afterAll(() => platform?.stop());

/** As an operator gives it out: it speaks for every agent of the container. */
async function containerToken(container: string): Promise<string> {
  const token = await platform.person('operator');
  const { status, body } = await platform.call('POST', `/api/v1/containers/${container}/tokens`, { token, body: {} });
  expect({ status, body }).toMatchObject({ status: 201 });
  return body.token;
}

describeContainers(' in production', (name) => {
  it('keeps the contract with the token of its container', async () => {
    const command = containerCommand(name, { AGION_TOKEN: await containerToken(name) });
    expect(await conform(platform, command)).toEqual([]);
  }, 120_000);

  it('ends when the platform does not take its token', async () => {
    const command = containerCommand(name, { AGION_TOKEN: await containerToken('somebody-else') });
    await expect(startContainer(platform, command)).rejects.toThrow(/ended with 1/);
  }, 60_000);
});
