import { rateLimitedLogger, type Logger } from '@agion/messaging';
import type { Clock } from '../clock.js';
import { PoliciesRejectedError } from './policies.errors.js';
import { type PolicyBundle, wholeBundle } from './policy-bundle.js';
import { sound } from './policies.client.js';
import { type PolicySnapshotStore } from './policy-snapshot.store.js';
import type { BundleOwner } from './policy-signature.js';
import type { SigningKeys } from './signing-keys.client.js';

/** Milliseconds between two writes that only say that what is on disk is still in force. */
const CONFIRM_EVERY_MS = 60_000;
/** Milliseconds a clock may have been ahead when the snapshot was written. */
const MOST_AHEAD_MS = 60_000;

export interface RestoredBundle {
  readonly bundle: PolicyBundle;
  readonly owner: BundleOwner;
  /** Milliseconds since the platform confirmed it; Infinity when the clock cannot be believed. */
  readonly ageMs: number;
}

/** The snapshot of one agent: written behind its back, verified again when it is read. */
export class KeptSnapshot {
  private readonly log: Logger;
  private next: (() => Promise<void>) | undefined;
  private writing: Promise<void> | undefined;
  private written: PolicyBundle | undefined;
  private writtenAt = -Infinity;

  constructor(
    private readonly store: PolicySnapshotStore,
    private readonly keys: SigningKeys,
    private readonly clock: Clock,
    logger: Logger,
  ) {
    this.log = rateLimitedLogger(logger);
  }

  /**
   * What was in force when a process last heard of the platform; null when nothing is kept that this release reads.
   * @param organization undefined when nobody has said yet
   * @throws PoliciesRejectedError when it is somebody else's, or not as the platform signed it
   */
  async restore(agentId: string, organization: string | undefined): Promise<RestoredBundle | null> {
    const snapshot = await this.store.read();
    if (snapshot === 'of another release') {
      const { file } = this.store;
      this.log.warn({ file }, 'the policies kept on disk were written by another release of the sdk and are not used');
      return null;
    }
    if (!snapshot) return null;
    const { owner, keys, confirmedAt, document } = snapshot;
    if (owner.agentId !== agentId || owner.organization !== (organization ?? owner.organization))
      throw new PoliciesRejectedError(`the snapshot is of \`${owner.agentId}\` in \`${owner.organization}\``);
    const bundle = sound(wholeBundle(document));
    if (!bundle || !this.keys.signedBefore(owner, bundle, keys))
      throw new PoliciesRejectedError('the snapshot is not what the platform has signed');
    const ageMs = this.clock.now() - confirmedAt.getTime();
    return { bundle, owner, ageMs: ageMs < -MOST_AHEAD_MS ? Infinity : Math.max(0, ageMs) };
  }

  /** Notes that this bundle is in force now. Never throws, and waits for nothing; one write at a time, the latest counts. */
  keep(owner: BundleOwner, bundle: PolicyBundle): void {
    if (bundle === this.written && this.clock.monotonic() - this.writtenAt < CONFIRM_EVERY_MS) return;
    this.written = bundle;
    this.writtenAt = this.clock.monotonic();
    const confirmedAt = new Date(this.clock.now());
    this.next = () => this.store.write(owner, bundle, this.keys.known, confirmedAt);
    this.writing ??= this.write();
  }

  /** Resolves when all is on disk. */
  async close(): Promise<void> {
    await this.writing;
  }

  private async write(): Promise<void> {
    for (let write = this.next; write; write = this.next) {
      this.next = undefined;
      try {
        await write();
      } catch (error) {
        this.log.warn({ file: this.store.file, error: String(error) }, 'policies could not be kept on disk');
      }
    }
    this.writing = undefined;
  }
}
