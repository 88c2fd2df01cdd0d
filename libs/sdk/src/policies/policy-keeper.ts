import { type Logger, rateLimitedLogger, SILENT_LOGGER, type TopicHub } from '@agion/messaging';
import { type Clock, SYSTEM_CLOCK } from '../clock.js';
import { AgionError, ApiError } from '../errors.js';
import type { GatewayClient } from '../http/gateway.client.js';
import type { SdkEvent } from '../sdk-events.js';
import { type Candidate, candidateOf } from './candidate.js';
import { KeptSnapshot } from './kept-snapshot.js';
import { type LoadedPolicies, NO_POLICIES } from './loaded-policies.js';
import { PoliciesClient } from './policies.client.js';
import { PoliciesRejectedError } from './policies.errors.js';
import type { PolicyBundle } from './policy-bundle.js';
import { PolicyFreshness } from './policy-freshness.js';
import { hearPolicyNotices } from './policy-notices.js';
import { PolicySnapshotStore } from './policy-snapshot.store.js';
import { SigningKeys } from './signing-keys.client.js';
import { type Fetched, SyncLoop } from './sync-loop.js';

/** How an agent keeps its policies. Times in milliseconds. */
export interface PolicyKeeperOptions {
  readonly agentId: string;
  readonly gateway: GatewayClient;
  /** Hears of changes; without one they are found by polling. Stays open when the keeper closes. */
  readonly hub?: TopicHub;
  /** As registration answered it; undefined before. */
  readonly organization: () => string | undefined;
  /** Where the last policies are kept for a start without a gateway. */
  readonly snapshotFolder?: string;
  readonly syncIntervalMs?: number;
  readonly maxStalenessMs?: number;
  /** Raw Ed25519, base64url; the platform's own unless told. */
  readonly verifyKeys?: readonly string[];
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly logger?: Logger;
  readonly emit: (event: SdkEvent) => void;
}

/** What a heartbeat's answer says of the policies. */
export interface PolicyWord {
  readonly policyRevision: number | null;
  readonly epoch: number;
  readonly stopped: boolean;
}

/** Milliseconds a start waits for a gateway that does not answer, where there is a snapshot to begin with. */
const SNAPSHOT_AFTER_MS = 1_000;

/**
 * Keeps the policies of an agent: the newest that the platform has signed, in memory, replaced as a whole. Without a gateway the last
 * ones stay in force until they are stale; without ever having had any, everything is denied.
 */
export class PolicyKeeper {
  private readonly clock: Clock;
  private readonly loop: SyncLoop<Candidate>;
  private readonly log: Logger;
  private readonly keys: SigningKeys;
  private readonly client: PoliciesClient;
  private readonly freshness: PolicyFreshness;
  private readonly snapshot: KeptSnapshot | undefined;
  private readonly ending = new AbortController();
  private bundle: PolicyBundle | null = null;
  private loaded = NO_POLICIES;
  /** Of the snapshot this process began with. */
  private restoredOrganization: string | undefined;
  /** Epoch of a use of the kill switch that only a heartbeat has told of so far. */
  private stoppedBy: number | null = null;
  private endNotices: (() => void) | undefined;
  /** When what is in force took the place of what the platform had answered before; undefined when it began with it. */
  private changedAt: number | undefined;

  constructor(private readonly options: PolicyKeeperOptions) {
    const { agentId, gateway, verifyKeys, snapshotFolder, maxStalenessMs = 15 * 60_000 } = options;
    const {
      clock = SYSTEM_CLOCK,
      random = Math.random,
      syncIntervalMs: pollMs = 25_000,
      logger = SILENT_LOGGER,
    } = options;
    this.clock = clock;
    this.log = rateLimitedLogger(logger);
    this.keys = new SigningKeys({ gateway, clock, ...(verifyKeys && { pinned: verifyKeys }) });
    this.client = new PoliciesClient(gateway, this.keys);
    this.freshness = new PolicyFreshness({ maxStalenessMs, clock, changed: (...now) => this.freshnessChanged(...now) });
    this.loop = new SyncLoop({
      clock,
      random,
      pollMs,
      fetch: () => this.fetch(),
      apply: (candidate) => this.putInForce(candidate),
      refuse: ({ revision }) => this.rejected(`revision ${revision} is older than what is in force`, revision),
      confirm: () => this.confirm(),
    });
    if (snapshotFolder !== undefined)
      this.snapshot = new KeptSnapshot(new PolicySnapshotStore(snapshotFolder, agentId), this.keys, clock, logger);
  }

  /** What decisions are made by. */
  get current(): LoadedPolicies {
    return this.loaded;
  }

  /** The kill switch is on, as the policies say or a heartbeat since: nothing may be allowed. */
  get isStopped(): boolean {
    return this.loaded.stopped || this.stoppedBy !== null;
  }

  /** `stale`: nobody has confirmed them for longer than `maxStalenessMs`. */
  get standing(): 'fresh' | 'stale' | 'none' {
    if (this.bundle === null) return 'none';
    return this.freshness.isStale ? 'stale' : 'fresh';
  }

  /** Milliseconds since the platform confirmed what is in force; Infinity when it never did. */
  get ageMs(): number {
    return this.freshness.ageMs;
  }

  /** What instances tell of their policies: the revision, and for how long it has been in force where it took another's place. */
  get applied(): { revision: number; ageMs?: number } {
    const { revision } = this.loaded;
    const { changedAt } = this;
    return changedAt === undefined ? { revision } : { revision, ageMs: Math.round(this.clock.monotonic() - changedAt) };
  }

  /** Resolves after the first attempt to load, whatever came of it. Never rejects: it goes on trying until it is closed. */
  async start(): Promise<void> {
    this.loop.tell({ type: 'started' });
    this.listen();
    if (this.snapshot) {
      await this.orAfter(SNAPSHOT_AFTER_MS, this.loop.fetching);
      if (this.bundle === null) await this.restore(this.snapshot);
    } else await this.loop.fetching;
    this.listen();
  }

  /** Hears what the platform said of itself with an answer to something else. */
  told({ policyRevision, epoch, stopped }: PolicyWord): void {
    if (stopped && epoch > Math.max(this.loaded.epoch, this.stoppedBy ?? -1)) this.stoppedBy = epoch;
    if (!stopped && epoch > (this.stoppedBy ?? Infinity)) this.stoppedBy = null;
    this.listen();
    this.loop.tell({ type: 'heard', position: { revision: policyRevision ?? 0, epoch }, withinMs: 0 });
  }

  /** Resolves when nothing is under way any more; what is in force stays readable. */
  async close(): Promise<void> {
    this.ending.abort();
    this.endNotices?.();
    this.freshness.close();
    await this.loop.close();
    await this.snapshot?.close();
  }

  /** Never rejects. */
  private async fetch(): Promise<Fetched<Candidate>> {
    const organization = this.organization();
    try {
      if (organization === undefined) throw new AgionError('the agent is not registered yet', { retryable: true });
      const owner = { organization, agentId: this.options.agentId };
      const bundle = await this.client.newest(owner, this.bundle, this.ending.signal);
      if (!bundle) return 'unchanged';
      return { found: candidateOf(bundle, 'gateway', this.bundle && { bundle: this.bundle, loaded: this.loaded }) };
    } catch (error) {
      return { retryAfterMs: this.failed(error) };
    }
  }

  private putInForce({ bundle, loaded }: Candidate): void {
    const before = this.loaded;
    this.loaded = loaded;
    this.bundle = bundle;
    const { revision, epoch, stopped, source } = loaded;
    if (revision !== before.revision) this.changedAt = before.source === 'gateway' ? this.clock.monotonic() : undefined;
    if (epoch >= (this.stoppedBy ?? Infinity)) this.stoppedBy = null;
    const { emit } = this.options;
    const previousRevision = before.revision;
    if (source !== 'none')
      emit({ type: 'policies-updated', revision, previousRevision, policies: bundle.policies.length, source });
    if (stopped !== before.stopped) emit({ type: stopped ? 'stopped' : 'resumed', epoch });
  }

  private confirm(): void {
    const organization = this.organization();
    this.freshness.confirm();
    if (this.bundle && organization !== undefined)
      this.snapshot?.keep({ organization, agentId: this.options.agentId }, this.bundle);
  }

  /** @returns milliseconds the platform wants to be left alone */
  private failed(error: unknown): number {
    if (this.ending.signal.aborted) return 0;
    if (error instanceof PoliciesRejectedError) this.rejected(error.message);
    else {
      const told = AgionError.is(error) ? error : new AgionError('policies could not be fetched', { cause: error });
      this.log.warn({ error: told.message }, 'policies could not be fetched');
      this.options.emit({ type: 'error', error: told });
    }
    return ApiError.is(error) ? (error.retryAfterMs ?? 0) : 0;
  }

  private rejected(reason: string, revision?: number): void {
    this.log.error({ reason }, 'policies were refused');
    this.options.emit({ type: 'policies-rejected', reason, ...(revision !== undefined && { revision }) });
  }

  private async restore(snapshot: KeptSnapshot): Promise<void> {
    try {
      const restored = await snapshot.restore(this.options.agentId, this.organization());
      if (!restored || this.bundle || this.ending.signal.aborted) return;
      const { bundle, owner, ageMs } = restored;
      this.restoredOrganization = owner.organization;
      this.putInForce(candidateOf(bundle, 'snapshot'));
      this.freshness.confirm(ageMs);
      this.loop.tell({ type: 'restored', position: { revision: bundle.revision, epoch: bundle.epoch } });
    } catch (error) {
      this.rejected(error instanceof Error ? error.message : String(error));
    }
  }

  private freshnessChanged(isStale: boolean, ageMs: number): void {
    const { revision } = this.loaded;
    if (isStale) this.log.warn({ revision, age_ms: Math.round(ageMs) }, 'policies are stale');
    this.options.emit(isStale ? { type: 'stale', revision, ageMs } : { type: 'fresh', revision });
  }

  /** Begins to listen as soon as it is known whose channels to listen to. */
  private listen(): void {
    const { hub, agentId } = this.options;
    const organization = this.organization();
    if (!hub || this.endNotices || organization === undefined || this.ending.signal.aborted) return;
    this.endNotices = hearPolicyNotices({ hub, organization, agentId, tell: (event) => this.loop.tell(event) });
  }

  private organization(): string | undefined {
    return this.options.organization() ?? this.restoredOrganization;
  }

  private orAfter(ms: number, work: Promise<unknown> | undefined): Promise<unknown> {
    let cancel: (() => void) | undefined;
    const late = new Promise<void>((resolve) => (cancel = this.clock.after(ms, resolve)));
    return Promise.race([work, late]).finally(() => cancel?.());
  }
}
