import { type ActionDefinition, checkPolicy, type PolicyDocument } from '@agion/policy-engine';
import { asOwner, type TestDatabase } from '@agion/testing';
import { DEFAULT_ORGANIZATION, type Organization } from '@agion/wire';

/** Policies of an organization, as somebody would post them. */
export interface Governed {
  organization: Organization;
  policies: readonly Record<string, unknown>[];
  actions?: readonly ActionDefinition[];
  defaultEffect?: 'allow' | 'deny';
  /** Whether they are kept as they are, complete, and as nobody could publish them today. */
  unchecked?: boolean;
}

const policy = (id: string, spec: Record<string, unknown>): Record<string, unknown> => ({
  apiVersion: 'agion/v1',
  kind: 'Policy',
  metadata: { id },
  spec,
});

/** Reading is allowed, sending too unless it is too much. */
export const POLICIES = [
  policy('reading', { effect: 'allow', priority: 500, scope: { agents: ['*'], actions: ['read', 'send'] } }),
  policy('cap', {
    effect: 'deny',
    scope: { agents: ['*'], actions: ['send'] },
    condition: 'context.amount > 500',
    message: 'too much',
  }),
];

/** Another tenant. */
export const ACME = { id: '0198c0de-0000-7000-8000-00000000acce', slug: 'acme' };

/** Writes policies behind the service's back, as its own store would. */
export async function publish(database: TestDatabase, governed: readonly Governed[]): Promise<void> {
  await asOwner(database, async (client) => {
    for (const { organization, policies, defaultEffect = 'deny', actions = [], unchecked = false } of governed) {
      const { id: organizationId, slug } = organization;
      if (organizationId !== DEFAULT_ORGANIZATION.id)
        await client.query('INSERT INTO registry.organizations (organization_id, slug, name) VALUES ($1, $2, $2)', [
          organizationId,
          slug,
        ]);
      for (const { name, risk, contextSchema } of actions)
        await client.query('INSERT INTO governance.actions VALUES ($1, $2, 1, 0, $3, $4, $5)', [
          organizationId,
          name,
          risk,
          contextSchema && JSON.stringify(contextSchema),
          'user:ada',
        ]);
      for (const [index, input] of policies.entries()) {
        const { policy, faults } = unchecked
          ? { policy: input as PolicyDocument & Record<string, unknown>, faults: [] }
          : checkPolicy(input);
        if (!policy) throw new Error(JSON.stringify(faults));
        const { id } = policy.metadata;
        const { status, tier } = policy.spec;
        await client.query('INSERT INTO governance.policies VALUES ($1, $2, $3, $4, 1, 1)', [
          organizationId,
          id,
          status,
          tier,
        ]);
        await client.query(`INSERT INTO governance.policy_versions VALUES ($1, $2, 1, $3, 'test')`, [
          organizationId,
          id,
          policy,
        ]);
        if (status === 'active')
          await client.query(`INSERT INTO governance.policy_changes VALUES ($1, $2, $3, 'upserted', 1)`, [
            organizationId,
            index + 1,
            id,
          ]);
      }
      await client.query('INSERT INTO governance.policy_revisions VALUES ($1, $2, 0, false, $3)', [
        organizationId,
        policies.length,
        defaultEffect,
      ]);
    }
  });
}
