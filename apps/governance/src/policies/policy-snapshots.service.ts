import { LOGGER } from '@agion/service-kit';
import type { VersionedPolicy } from '@agion/policy-engine';
import type { Organization } from '@agion/wire';
import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { ActionDefinitionsStore } from '../actions/action-definitions.store.js';
import { DefaultEffectsStore } from './default-effects.store.js';
import { LatestRun } from './latest-run.js';
import { amended, compiled, nameOf, type OrganizationPolicies } from './organization-policies.js';
import { isSameState, KEPT_REVISIONS, type PolicyState } from './policy-record.js';
import { PolicySetsStore, type VersionName } from './policy-sets.store.js';

interface Snapshot {
  organization: Organization;
  current?: OrganizationPolicies;
  refresh: LatestRun<OrganizationPolicies>;
  look: LatestRun<PolicyState>;
}

export type { OrganizationPolicies };

/** Sets of earlier revisions that are kept at hand. */
const MAX_EARLIER = 16;
/** Milliseconds a reader waits to learn whether what is in memory is still in force. */
const PATIENCE = 1_000;
/** With more changes than these, beginning anew costs less. */
const MOST_FOLLOWED = 64;

/**
 * The policies in force, in memory. Loaded when an organization is first asked for, replaced as a whole when its revision has
 * moved, and kept while the database is away.
 */
@Injectable()
export class PolicySnapshots {
  private readonly snapshots = new Map<string, Snapshot>();
  private readonly earlier = new LRUCache<string, OrganizationPolicies>({ max: MAX_EARLIER });

  constructor(
    private readonly store: PolicySetsStore,
    private readonly effects: DefaultEffectsStore,
    private readonly actions: ActionDefinitionsStore,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** From memory after the first time. @throws when they have never been loaded and the database is away */
  async of(organization: Organization): Promise<OrganizationPolicies> {
    return this.current(organization) ?? this.refresh(organization);
  }

  /** The same at once; undefined before the first time. */
  current(organization: Organization): OrganizationPolicies | undefined {
    return this.snapshots.get(organization.id)?.current;
  }

  /** Those in force now, as the database says; those in memory when it does not answer soon. */
  async newest(organization: Organization): Promise<OrganizationPolicies> {
    const current = this.current(organization);
    if (!current) return this.refresh(organization);
    try {
      return await soon(this.renewed(organization, current));
    } catch (error) {
      this.logger.warn({ err: error, organization: organization.slug }, 'policies could not be looked at again');
      return current;
    }
  }

  /**
   * Those that were in force at a revision, with the default effect of then; null when that is not known any more.
   */
  async at(organization: Organization, revision: number): Promise<OrganizationPolicies | null> {
    const current = await this.of(organization);
    if (current.revision === revision) return current;
    const name = `${organization.id} ${revision}`;
    const known = this.earlier.get(name);
    if (known) return known;
    const versions = await this.store.inForceAt(organization.id, revision);
    if (!versions) return null;
    const policies = await this.read(organization, versions, current.policies);
    const { epoch, stopped } = current;
    const defaultEffect = await this.effects.at(organization.id, revision);
    const actions = await this.actions.at(organization.id, revision, current.actions);
    const then = compiled({ revision, epoch, stopped, defaultEffect }, policies, actions);
    this.earlier.set(name, then);
    return then;
  }

  /** Loads again what may have changed; one load at a time, and none begins before this call. */
  refresh(organization: Organization): Promise<OrganizationPolicies> {
    return this.snapshotOf(organization).refresh.ask();
  }

  /** Organizations whose policies are in memory. */
  loaded(): Organization[] {
    return [...this.snapshots.values()].filter(({ current }) => current).map(({ organization }) => organization);
  }

  private async renewed(organization: Organization, current: OrganizationPolicies): Promise<OrganizationPolicies> {
    const state = await this.snapshotOf(organization).look.ask();
    return isSameState(state, this.current(organization) ?? current)
      ? (this.current(organization) ?? current)
      : this.refresh(organization);
  }

  private snapshotOf(organization: Organization): Snapshot {
    let snapshot = this.snapshots.get(organization.id);
    if (!snapshot) {
      snapshot = {
        organization,
        refresh: new LatestRun(() => this.load(organization)),
        look: new LatestRun(() => this.store.state(organization.id)),
      };
      this.snapshots.set(organization.id, snapshot);
    }
    return snapshot;
  }

  private async load(organization: Organization): Promise<OrganizationPolicies> {
    const snapshot = this.snapshotOf(organization);
    const before = snapshot.current;
    const followed = before && (await this.followed(organization, before));
    if (followed) return (snapshot.current = followed);
    const { state, versions } = await this.store.inForce(organization.id);
    const policies = await this.read(organization, versions, before?.policies ?? []);
    const actions = await this.actions.at(organization.id, state.revision, before?.actions);
    return (snapshot.current = compiled(state, policies, actions));
  }

  /** The next snapshot at the cost of what has changed; null where that is much, or not known any more. */
  private async followed(
    organization: Organization,
    before: OrganizationPolicies,
  ): Promise<OrganizationPolicies | null> {
    const { state, changed } = await this.store.changedSince(organization.id, before.revision);
    if (isSameState(before, state)) return before;
    const { revision } = state;
    if (revision < before.revision || revision - before.revision > KEPT_REVISIONS || changed.size > MOST_FOLLOWED)
      return null;
    const names = [...changed].flatMap(([id, version]): VersionName[] => (version === null ? [] : [{ id, version }]));
    const [come, actions] = await Promise.all([
      this.store.read(organization.id, names),
      this.actions.at(organization.id, revision, before.actions),
    ]);
    return amended(before, state, changed, come, actions);
  }

  /** Versions never change: those at hand are taken as they are. */
  private async read(
    organization: Organization,
    versions: readonly VersionName[],
    atHand: readonly VersionedPolicy[],
  ): Promise<VersionedPolicy[]> {
    const known = new Map(atHand.map((policy) => [nameOf(policy), policy]));
    const missing = versions.filter(({ id, version }) => !known.has(`${id} ${version}`));
    for (const policy of await this.store.read(organization.id, missing)) known.set(nameOf(policy), policy);
    const policies = versions.map(({ id, version }) => {
      const policy = known.get(`${id} ${version}`);
      if (!policy) throw new Error(`version ${version} of the policy \`${id}\` is missing`);
      return policy;
    });
    return policies.sort((a, b) => (a.document.metadata.id < b.document.metadata.id ? -1 : 1));
  }
}

/** @throws when it takes too long */
async function soon<Result>(work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${PATIENCE} ms`)), PATIENCE);
  });
  work.catch(() => undefined); // may fail long after nobody waits any more
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
