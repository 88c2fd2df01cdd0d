import type { PolicyDocument } from '@agion/policy-engine';
import type { PlatformClient } from '../platform.client.js';
import { type Difference, differencesBetween } from './differences.js';
import { located, type PolicyFile } from './policy-files.js';

/** A policy as the platform keeps it. */
interface KeptPolicy extends PolicyDocument {
  version: number;
}

/** What applying a file would do. */
export interface Comparison {
  readonly id: string;
  readonly change: 'create' | 'update' | 'none' | 'archive';
  /** Of the version in force, or of the newest one where that is compared; null for a new policy. */
  readonly version: number | null;
  readonly differences: readonly Difference[];
  /** Null for a policy that is in no file. */
  readonly document: PolicyDocument | null;
}

/** Files that name policies the platform has archived: for good, so applying them would be refused half-way. */
class ArchivedThereError extends Error {
  constructor(files: readonly PolicyFile[]) {
    const lines = files.map(({ path, policy, places }) => {
      const { line, column, pointer } = located(places, { pointer: '/metadata/id', detail: '' });
      return `  ${path}:${line}:${column} ${pointer} \`${policy?.metadata.id}\` is archived on the platform and keeps its id: choose another one, or say \`status: archived\``;
    });
    super(['files have faults', ...lines].join('\n'));
  }
}

/** Labels, all of which a policy has to have. */
export type Labels = Readonly<Record<string, string>>;

export interface CompareOptions {
  /** Compare with the newest version of each policy, in force or not. */
  readonly newest?: boolean;
  /** Which policies that are in no file are to be archived; without it none. */
  readonly archive?: Labels;
}

/** Compares files with what the platform has. @throws PlatformError, ArchivedThereError */
export async function compare(
  platform: PlatformClient,
  files: readonly PolicyFile[],
  { newest = false, archive }: CompareOptions,
): Promise<Comparison[]> {
  const kept = new Map<string, KeptPolicy>();
  for await (const policy of platform.all<KeptPolicy>('/api/v1/policies')) kept.set(policy.metadata.id, policy);
  const lost = files.filter(({ policy }) => policy && isArchived(kept.get(policy.metadata.id)) && !isArchived(policy));
  if (lost.length > 0) throw new ArchivedThereError(lost);
  const comparisons: Comparison[] = [];
  for (const { policy } of files) {
    if (!policy) continue;
    const { id } = policy.metadata;
    const current = kept.get(id);
    if (isArchived(policy)) comparisons.push(archiveOf(policy, current));
    else comparisons.push(comparisonOf(id, policy, current && newest ? await newestOf(platform, id) : current));
    kept.delete(id);
  }
  if (archive) comparisons.push(...[...kept.values()].filter(isIn(archive)).map(archived));
  return comparisons;
}

function comparisonOf(id: string, document: PolicyDocument, before: KeptPolicy | undefined): Comparison {
  if (!before) return { id, change: 'create', version: null, differences: [], document };
  const differences = differencesBetween(documentOf(before), documentOf(document));
  return { id, change: differences.length > 0 ? 'update' : 'none', version: before.version, differences, document };
}

const isArchived = (policy: PolicyDocument | undefined): boolean => policy?.spec.status === 'archived';

/** Of a file that has its policy archived: what else it says does not matter any more. */
const archiveOf = (document: PolicyDocument, current: KeptPolicy | undefined): Comparison => ({
  id: document.metadata.id,
  change: !current || isArchived(current) ? 'none' : 'archive',
  version: current?.version ?? null,
  differences: [],
  document,
});

const archived = ({ metadata: { id }, version }: KeptPolicy): Comparison => ({
  id,
  change: 'archive',
  version,
  differences: [],
  document: null,
});

const isIn =
  (labels: Labels) =>
  ({ metadata, spec }: KeptPolicy): boolean =>
    spec.status !== 'archived' && Object.entries(labels).every(([name, value]) => metadata.labels?.[name] === value);

async function newestOf(platform: PlatformClient, id: string): Promise<KeptPolicy | undefined> {
  const { body } = await platform.call('GET', `/api/v1/policies/${id}/versions?limit=1`);
  const [version] = (body as { items: { version: number; document: PolicyDocument }[] }).items;
  return version && { ...version.document, version: version.version };
}

/** What people write of it, as JSON has it. */
const documentOf = ({ metadata, spec }: PolicyDocument): unknown =>
  JSON.parse(JSON.stringify({ metadata, spec })) as unknown;
