import type { KeyObject } from 'node:crypto';
import { type ActionDefinition, canMatchAgent, isConcerned, type VersionedPolicy } from '@agion/policy-engine';
import { etagOf, ForbiddenError, parsePrivateKey } from '@agion/service-kit';
import { hasRole, type Organization, type Principal, speaksFor } from '@agion/wire';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { GovernanceSettings } from '../governance.config.js';
import { AgentPoliciesPublisher } from './agent-policies.publisher.js';
import { AgentSets } from './agent-sets.js';
import { RevisionGoneError } from './policies.errors.js';
import {
  actionsText,
  type BundleSet,
  bundleOf,
  deltaOf,
  deltaText,
  type DocumentText,
  listText,
  type PolicyBundle,
  wholeText,
} from './policy-bundle.js';
import { KEPT_REVISIONS } from './policy-record.js';
import { PolicySetsStore } from './policy-sets.store.js';
import { type OrganizationPolicies, PolicySnapshots } from './policy-snapshots.service.js';

/** A body and the strong ETag of exactly this body. */
export interface TaggedText {
  text: string;
  etag: string;
}

/** What is at hand of one revision. */
interface Prepared {
  readonly sets: AgentSets;
  /** The policies of a set as they stand in a document. */
  readonly lists: LRUCache<BundleSet, string>;
  /** By agent: its signature is its own. */
  readonly bundles: LRUCache<string, PolicyBundle>;
  /** What has changed since an earlier revision, for all who were there. */
  readonly changes: LRUCache<number, Promise<Map<string, VersionedPolicy | null>>>;
}

/** Agents whose signatures of the present revision are kept at hand, and earlier revisions agents may come from. */
const MOST_BUNDLES = 10_000;
const MOST_SINCE = 64;
/** Of all lists together. */
const MOST_CHARACTERS = 33_554_432;

/** What agents need to decide by themselves, signed. */
@Injectable()
export class PolicySync {
  private readonly key: KeyObject;
  private readonly prepared = new WeakMap<OrganizationPolicies, Prepared>();
  /** By organization: what the next revision takes over from. */
  private readonly last = new Map<string, AgentSets>();

  constructor(
    settings: GovernanceSettings,
    private readonly snapshots: PolicySnapshots,
    private readonly store: PolicySetsStore,
    private readonly noted: AgentPoliciesPublisher,
  ) {
    this.key = parsePrivateKey(settings.bundleKey);
  }

  /**
   * The sync document of an agent: whole, or what has changed since a revision.
   * @throws ForbiddenError; RevisionGoneError when that is not known
   */
  async document(caller: Principal, agentId: string, since?: number): Promise<TaggedText> {
    const isOwn = speaksFor(caller, agentId);
    if (!isOwn && !hasRole(caller, 'viewer'))
      throw new ForbiddenError(`these credentials do not speak for \`${agentId}\``);
    const policies = await this.snapshots.newest(caller.organization);
    const prepared = this.preparedFor(caller.organization, policies);
    const bundle = this.bundleFor(caller, agentId, policies, prepared);
    if (isOwn) void this.noted.asked(caller.organization, agentId, policies);
    if (since !== undefined) return tagged(await this.delta(caller, agentId, since, bundle, prepared));
    return tagged(wholeText(bundle, listOf(bundle.set, prepared)));
  }

  private async delta(
    { organization }: Principal,
    agentId: string,
    since: number,
    bundle: PolicyBundle,
    { changes }: Prepared,
  ): Promise<DocumentText> {
    const { revision } = bundle.state;
    if (since > revision || since < revision - KEPT_REVISIONS) throw new RevisionGoneError(since, revision);
    let changed = changes.get(since);
    if (!changed) {
      changed = this.store.changedBetween(organization.id, since, revision);
      changes.set(since, changed);
      changed.catch(() => changes.delete(since));
    }
    const before = new Map(
      [...(await changed)].map(([id, policy]) => [
        id,
        policy && canMatchAgent(policy.document, agentId) ? policy.version : null,
      ]),
    );
    return deltaText(bundle, since, deltaOf(before, bundle.set));
  }

  private preparedFor({ id }: Organization, policies: OrganizationPolicies): Prepared {
    let prepared = this.prepared.get(policies);
    if (!prepared) {
      const sets = new AgentSets(policies.policies, this.last.get(id));
      prepared = {
        sets,
        bundles: new LRUCache({ max: MOST_BUNDLES }),
        changes: new LRUCache({ max: MOST_SINCE }),
        lists: new LRUCache({ maxSize: MOST_CHARACTERS, sizeCalculation: ({ length }: string) => length }),
      };
      this.prepared.set(policies, prepared);
      this.last.set(id, sets);
    }
    return prepared;
  }

  private bundleFor(
    { organization: { slug: organization } }: Principal,
    agentId: string,
    policies: OrganizationPolicies,
    { sets, bundles }: Prepared,
  ): PolicyBundle {
    let bundle = bundles.get(agentId);
    if (!bundle) {
      const actions = actionsText(actionsFor(agentId, policies));
      bundle = bundleOf({ organization, agentId }, policies, sets.of(agentId), this.key, actions);
      bundles.set(agentId, bundle);
    }
    return bundle;
  }
}

/** The actions that matter to an agent: where its policies say nothing of one it is denied, unless the default is to allow. */
function actionsFor(
  agentId: string,
  { actions, defaultEffect, set }: OrganizationPolicies,
): readonly ActionDefinition[] {
  return defaultEffect === 'allow' ? actions : actions.filter(({ name }) => isConcerned(set, agentId, name));
}

const tagged = ({ text, identity }: DocumentText): TaggedText => ({ text, etag: etagOf(identity) });

/** One text for all agents of a set: after an outage they all ask for it whole. */
function listOf(set: BundleSet, { lists }: Prepared): string {
  let list = lists.get(set);
  if (list === undefined) lists.set(set, (list = listText(set)));
  return list;
}
