import type { KeyObject } from 'node:crypto';
import { canMatchAgent } from '@agion/policy-engine';
import { etagOf, ForbiddenError, parsePrivateKey } from '@agion/service-kit';
import { hasRole, type Principal, speaksFor } from '@agion/wire';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { GovernanceSettings } from '../governance.config.js';
import { AgentPoliciesPublisher } from './agent-policies.publisher.js';
import { RevisionGoneError } from './policies.errors.js';
import { bundleOf, deltaOf, deltaText, type PolicyBundle, wholeText } from './policy-bundle.js';
import { KEPT_REVISIONS } from './policy-record.js';
import { PolicySetsStore } from './policy-sets.store.js';
import { type OrganizationPolicies, PolicySnapshots } from './policy-snapshots.service.js';

/** A body and the strong ETag of exactly this body. */
export interface TaggedText {
  text: string;
  etag: string;
}

/** An agent's bundle, and its document once somebody has asked for it whole. */
interface Prepared {
  bundle: PolicyBundle;
  whole?: TaggedText;
}

/** Agents whose bundles of the present revision are kept at hand, and most characters of them together. */
const MAX_PREPARED = 2_000;
const MAX_CHARACTERS = 33_554_432;

/** What agents need to decide by themselves, signed. */
@Injectable()
export class PolicySync {
  private readonly key: KeyObject;
  private readonly prepared = new WeakMap<OrganizationPolicies, LRUCache<string, Prepared>>();

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
    const prepared = this.bundleFor(caller, agentId, policies);
    if (isOwn) void this.noted.asked(caller.organization, agentId, policies);
    if (since !== undefined) return tagged(await this.delta(caller, agentId, since, prepared.bundle));
    return (prepared.whole ??= tagged(wholeText(prepared.bundle)));
  }

  private async delta(
    { organization }: Principal,
    agentId: string,
    since: number,
    bundle: PolicyBundle,
  ): Promise<string> {
    const { revision } = bundle.state;
    if (since > revision || since < revision - KEPT_REVISIONS) throw new RevisionGoneError(since, revision);
    const changed = await this.store.changedBetween(organization.id, since, revision);
    const before = new Map(
      [...changed].map(([id, policy]) => [
        id,
        policy && canMatchAgent(policy.document, agentId) ? policy.version : null,
      ]),
    );
    return deltaText(bundle, since, deltaOf(before, bundle));
  }

  private bundleFor({ organization }: Principal, agentId: string, policies: OrganizationPolicies): Prepared {
    let bundles = this.prepared.get(policies);
    if (!bundles) {
      bundles = new LRUCache({ max: MAX_PREPARED, maxSize: MAX_CHARACTERS, sizeCalculation: sizeOf });
      this.prepared.set(policies, bundles);
    }
    let prepared = bundles.get(agentId);
    if (!prepared) {
      prepared = {
        bundle: bundleOf({ organization: organization.slug, agentId }, policies, policies.policies, this.key),
      };
      bundles.set(agentId, prepared);
    }
    return prepared;
  }
}

/** Texts of policies are shared; the document of an agent is not. */
const sizeOf = ({ bundle }: Prepared): number => 500 + bundle.policies.reduce((sum, { text }) => sum + text.length, 0);

const tagged = (text: string): TaggedText => ({ text, etag: etagOf(text) });
