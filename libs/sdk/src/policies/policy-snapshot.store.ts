import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { PoliciesRejectedError } from './policies.errors.js';
import { type PolicyBundle, type SyncDocument } from './policy-bundle.js';
import { actionsOnTheWire } from './synced-actions.js';
import type { BundleOwner, PublicJwk } from './policy-signature.js';

/** Bytes of a snapshot at most; larger sets are not kept. */
export const MOST_SNAPSHOT_BYTES = 32 * 1024 * 1024;
const FORMAT = 3;
const OWNER_ALONE = 0o600;
const OTHERS_WRITE = 0o022;

/** What is kept of a bundle, so that a process can begin while the platform is away. */
export interface PolicySnapshot {
  readonly owner: BundleOwner;
  /** When the platform last said that this is in force. */
  readonly confirmedAt: Date;
  /** The keys it was verified by. */
  readonly keys: readonly PublicJwk[];
  readonly document: SyncDocument;
}

/**
 * One file for an agent: `<folder>/<agent id>.policies.json`. Read by its owner alone, replaced as a whole. What is read has been looked
 * over for its form; whose it is, digest and signature are for the caller.
 */
export class PolicySnapshotStore {
  readonly file: string;

  constructor(
    private readonly folder: string,
    agentId: string,
  ) {
    this.file = path.join(folder, `${agentId.replace(':', '@')}.policies.json`);
  }

  /** @throws when the disk refuses; the last snapshot is still there then */
  async write(owner: BundleOwner, bundle: PolicyBundle, keys: readonly PublicJwk[], confirmedAt: Date): Promise<void> {
    const text = snapshotText(owner, bundle, keys, confirmedAt);
    if (Buffer.byteLength(text) > MOST_SNAPSHOT_BYTES)
      throw new RangeError(`the policies are larger than the ${MOST_SNAPSHOT_BYTES} bytes that are kept`);
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const draft = `${this.file}.${randomUUID()}.new`;
    try {
      const handle = await open(draft, 'wx', OWNER_ALONE);
      try {
        await handle.writeFile(text);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(draft, this.file);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
  }

  /**
   * Null when there is none.
   * @throws PoliciesRejectedError when it is not what this class writes in any release, or others may have written it
   */
  async read(): Promise<PolicySnapshot | 'of another release' | null> {
    const text = await this.text();
    if (text === null) return null;
    try {
      const stored = JSON.parse(text) as StoredSnapshot;
      const isOfAnother = Number.isSafeInteger(stored.format) && stored.format !== FORMAT;
      return isOfAnother ? 'of another release' : snapshotIn(stored);
    } catch {
      throw new PoliciesRejectedError(`the snapshot \`${this.file}\` is broken`);
    }
  }

  private async text(): Promise<string | null> {
    const handle = await open(this.file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw new PoliciesRejectedError(`the snapshot \`${this.file}\` cannot be read`);
    });
    if (!handle) return null;
    try {
      const { size, mode, uid } = await handle.stat();
      if (size > MOST_SNAPSHOT_BYTES) throw new PoliciesRejectedError(`the snapshot \`${this.file}\` is too large`);
      const isOurs = process.getuid === undefined || (uid === process.getuid() && (mode & OTHERS_WRITE) === 0);
      if (!isOurs)
        throw new PoliciesRejectedError(
          `others can write the snapshot \`${this.file}\`: give it mode 600 and its owner`,
        );
      return await handle.readFile('utf8');
    } finally {
      await handle.close();
    }
  }
}

interface StoredSnapshot {
  format: number;
  organization: string;
  agent_id: string;
  confirmed_at: string;
  keys: PublicJwk[];
  document: SyncDocument;
}

function snapshotText(owner: BundleOwner, bundle: PolicyBundle, keys: readonly PublicJwk[], confirmedAt: Date): string {
  const { revision, epoch, stopped, defaultEffect, digest, actions, signature, policies } = bundle;
  const state = JSON.stringify({
    ...{ revision, epoch, stopped, default_effect: defaultEffect, digest },
    ...{ actions: actionsOnTheWire(actions), digest_signature: signature },
  });
  const head = JSON.stringify({
    format: FORMAT,
    organization: owner.organization,
    agent_id: owner.agentId,
    confirmed_at: confirmedAt.toISOString(),
    keys,
  });
  const texts = policies.map(({ text }) => text).join();
  return `${head.slice(0, -1)},"document":${state.slice(0, -1)},"policies":[${texts}]}}\n`;
}

function snapshotIn({
  format,
  organization,
  agent_id: agentId,
  confirmed_at,
  keys,
  document,
}: StoredSnapshot): PolicySnapshot {
  const confirmedAt = new Date(confirmed_at);
  const sound =
    format === FORMAT &&
    typeof organization === 'string' &&
    typeof agentId === 'string' &&
    Number.isFinite(confirmedAt.getTime()) &&
    Array.isArray(keys) &&
    typeof document === 'object';
  if (!sound) throw new TypeError('another form');
  return { owner: { organization, agentId }, confirmedAt, keys, document };
}
