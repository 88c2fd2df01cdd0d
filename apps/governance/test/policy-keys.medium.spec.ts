import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asOwner, eventually } from '@agion/testing';
import { DEFAULT_ORGANIZATION, keys } from '@agion/wire';
import { agent, forAgents, policy } from './policy-calls.js';
import { type Answer, type Call, call, person, type RunningGovernance, startGovernance } from './running-governance.js';

let running: RunningGovernance;

beforeAll(async () => {
  running = await startGovernance();
}, 60_000);
afterAll(() => running.stop());

const to = (method: string, path: string, options: Call = {}): Promise<Answer> =>
  call(running.url(), method, `/v1/policies${path}`, options);
const sync = (agentId: string, as = agent(agentId)): Promise<Answer> => to('GET', `?agent_id=${agentId}`, { as });

const noted = async (agentId: string): Promise<unknown> =>
  JSON.parse((await running.commands.get(keys.agentPolicies('default', agentId))) ?? 'null');

describe('the key of an agent', () => {
  it('says the revision and the policies from its first question on, and after each change', async () => {
    expect(await noted('keyed:a')).toBeNull();
    const { body } = await sync('keyed:a');
    const value = {
      revision: body.revision,
      policies: body.policies.map(({ metadata }: { metadata: { id: string } }) => metadata.id),
      epoch: 0,
      stopped: false,
    };
    await eventually(async () => expect(await noted('keyed:a')).toEqual(value));
    await to('POST', '', { body: policy('keyed', forAgents('keyed:*')) });
    await eventually(async () =>
      expect(await noted('keyed:a')).toMatchObject({
        revision: body.revision + 1,
        policies: expect.arrayContaining(['keyed']),
      }),
    );
  });

  it('is not written for those somebody else asks for', async () => {
    await sync('keyed:b', person('admin'));
    await to('POST', '', { body: policy('keyed-again', forAgents('keyed:*')) });
    await eventually(async () =>
      expect(await noted('keyed:a')).toMatchObject({ policies: expect.arrayContaining(['keyed']) }),
    );
    expect(await noted('keyed:b')).toBeNull();
  });

  it('is never taken back by a replica that is behind', async () => {
    const key = keys.agentPolicies('default', 'keyed:c');
    await running.commands.set(key, JSON.stringify({ revision: 1_000_000, policies: [], epoch: 0, stopped: false }));
    await sync('keyed:c');
    await to('POST', '', { body: policy('keyed-last', forAgents('keyed:*')) });
    await eventually(async () =>
      expect(await noted('keyed:a')).toMatchObject({ policies: expect.arrayContaining(['keyed-last']) }),
    );
    expect(await noted('keyed:c')).toMatchObject({ revision: 1_000_000 });
    await running.commands.set(key, 'nonsense');
    await sync('keyed:c');
    await eventually(async () =>
      expect(await noted('keyed:c')).toMatchObject({ policies: expect.arrayContaining(['keyed']) }),
    );
  });
});

describe('what holds for the whole organization', () => {
  it('reaches documents at once and the keys of all agents within seconds, whoever wrote it', async () => {
    await sync('keyed:d');
    await asOwner(running.database, (client) =>
      client.query(
        "UPDATE governance.policy_revisions SET epoch = 4, stopped = true, default_effect = 'allow' WHERE organization_id = $1",
        [DEFAULT_ORGANIZATION.id],
      ),
    );
    const { body } = await sync('keyed:a');
    expect(body).toMatchObject({ epoch: 4, stopped: true, default_effect: 'allow' });
    await eventually(async () => expect(await noted('keyed:d')).toMatchObject({ epoch: 4, stopped: true }), {
      timeoutMs: 4_000,
    });
    expect((await to('GET', '?agent_id=keyed:a', { as: agent('keyed:a', running.acme) })).body).toMatchObject({
      epoch: 0,
      stopped: false,
      default_effect: 'deny',
    });
  });
});

describe('what a policy said', () => {
  it('stays: the service itself may not change or remove a version', async () => {
    for (const statement of [
      "UPDATE governance.policy_versions SET document = '{}'",
      'DELETE FROM governance.policy_versions',
    ]) {
      const attempt = asOwner(running.database, async (client) => {
        await client.query('SET ROLE agion_governance_worker');
        await client.query(statement);
      });
      await expect(attempt).rejects.toThrow('permission denied');
    }
  });
});
