import { generateKeyPairSync, hash, sign } from 'node:crypto';
import {
  type ActionDefinition,
  canMatchAgent,
  checkPolicy,
  compilePolicies,
  type ContextSchemas,
  isConcerned,
  type PolicyDocument,
  type PolicySet,
} from '@agion/policy-engine';
import { canonicalJson } from '../canonical-json.js';
import { inCanonicalForm, type SyncDocument, wholeBundle } from '../policies/policy-bundle.js';
import { statedDigest } from '../policies/policy-digest.js';
import { type BundleOwner, signedText } from '../policies/policy-signature.js';
import { actionsOnTheWire } from '../policies/synced-actions.js';
import { InvalidInputError } from '../input/input.errors.js';
import { actionsOf, type FakeAction } from './fake-actions.js';

interface Published {
  readonly document: PolicyDocument;
  readonly version: number;
}

/** What agents may do on a fake platform: versions, revisions and signatures as the platform makes them. */
export class FakePolicies {
  private readonly keys = generateKeyPairSync('ed25519');
  private readonly published = new Map<string, Published>();
  private readonly actions = new Map<string, ActionDefinition>();
  private revision = 0;
  private epoch = 0;
  private isStopped = false;

  constructor(
    private readonly organization: string,
    private readonly defaultEffect: 'allow' | 'deny',
  ) {}

  get state(): { revision: number; epoch: number; stopped: boolean } {
    return { revision: this.revision, epoch: this.epoch, stopped: this.isStopped };
  }

  /** What the platform itself decides by. */
  get set(): PolicySet {
    const { revision, defaultEffect, actions } = this;
    return compilePolicies(this.active, { revision, defaultEffect, actions: [...actions.values()] });
  }

  /** @throws InvalidInputError naming each fault of each document; none is published then */
  publish(documents: readonly object[]): void {
    const checked = documents.map((document) => checkPolicy(document, this.schemas));
    const faults = checked.flatMap(({ faults: given }, index) =>
      given.map(({ pointer, detail }) => ({ field: `policies[${index}]${pointer}`, detail })),
    );
    if (faults.length > 0) throw new InvalidInputError(faults);
    for (const { policy } of checked) {
      if (!policy) continue;
      const { id } = policy.metadata;
      this.published.set(id, { document: policy, version: (this.published.get(id)?.version ?? 0) + 1 });
      this.revision += 1;
    }
  }

  /** Says what is known of actions. @throws InvalidInputError naming each fault, also of a policy in force that does not go with a schema */
  describe(given: readonly FakeAction[]): void {
    const before = [...this.actions];
    for (const action of actionsOf(given)) this.actions.set(action.name, action);
    const faults = this.active.flatMap(({ document }) =>
      checkPolicy(document, this.schemas).faults.map(({ pointer, detail }) => ({
        field: `${document.metadata.id}${pointer}`,
        detail,
      })),
    );
    if (faults.length > 0) {
      this.actions.clear();
      for (const [name, action] of before) this.actions.set(name, action);
      throw new InvalidInputError(faults);
    }
    this.revision += given.length;
  }

  /** @returns whether there was such a policy */
  withdraw(id: string): boolean {
    const was = this.published.delete(id);
    if (was) this.revision += 1;
    return was;
  }

  stop(stopped: boolean): void {
    this.isStopped = stopped;
    this.epoch += 1;
  }

  /** Where the key that signs can be read. */
  get jwks(): object {
    return { keys: [{ ...this.keys.publicKey.export({ format: 'jwk' }), use: 'sig', alg: 'EdDSA' }] };
  }

  /** The sync document of an agent; only what has changed when its revision is known to be current. */
  document(agentId: string, since: string | null): { document: SyncDocument | null; etag: string } {
    const etag = `"${this.revision}.${this.epoch}"`;
    if (since !== null && Number(since) !== this.revision) return { document: null, etag };
    const whole = this.signed(agentId);
    if (since === null) return { document: whole, etag };
    const { policies: _, ...state } = whole;
    return { document: { ...state, upserted: [], removed: [] }, etag };
  }

  private get schemas(): ContextSchemas {
    const known = [...this.actions.values()];
    return new Map(known.flatMap(({ name, contextSchema: schema }) => (schema ? [[name, schema] as const] : [])));
  }

  /** Those that an agent's policies, or the default, could let it do. */
  private actionsFor(agentId: string): ActionDefinition[] {
    const { set } = this;
    return [...set.actions.values()].filter(
      ({ name }) => this.defaultEffect === 'allow' || isConcerned(set, agentId, name),
    );
  }

  private get active(): Published[] {
    return [...this.published.values()].filter(({ document }) => document.spec.status === 'active');
  }

  private signed(agentId: string): SyncDocument & { policies: unknown[] } {
    const policies = this.active
      .filter(({ document }) => canMatchAgent(document, agentId))
      .sort((a, b) => (a.document.metadata.id < b.document.metadata.id ? -1 : 1))
      .map(({ document, version }) => JSON.parse(canonicalJson({ ...document, version })) as unknown);
    const actions = this.actionsFor(agentId);
    const { organization, defaultEffect, state } = this;
    const told = { ...state, default_effect: defaultEffect, actions: actionsOnTheWire(actions) };
    const unsigned = wholeBundle({ ...told, digest: '', digest_signature: '', policies });
    const digest = statedDigest(inCanonicalForm(unsigned).digests);
    const owner = { organization, agentId };
    return {
      ...told,
      ...this.forOthers(owner, policies),
      digest,
      digest_signature: this.sign(signedText(owner, { ...state, defaultEffect, digest, actions })),
      policies,
    };
  }

  /** What the platform says besides to those who check all of the text at once. */
  private forOthers({ organization, agentId }: BundleOwner, policies: readonly unknown[]): object {
    const stated = `sha256:${hash('sha256', canonicalJson(policies))}`;
    const whose = { organization, agent_id: agentId, default_effect: this.defaultEffect };
    return { hash: stated, signature: this.sign(canonicalJson({ ...whose, ...this.state, hash: stated })) };
  }

  private sign(text: string): string {
    return sign(null, Buffer.from(text), this.keys.privateKey).toString('base64url');
  }
}
