import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type pg from 'pg';
import { archivedRows, type Manifest, readBack, readManifest } from './archive-file.js';
import { requireNothingArchived, restoreRows } from './restore.store.js';

/** What was read. */
export interface Restored {
  files: number;
  rows: number;
  /** Of the rows, those that were not there before. */
  written: number;
}

/**
 * Reads every archive of a folder back into the tables. All files are checked before the first row is written.
 * @throws Error naming a file that is missing or not what it was
 */
export async function restoreAll(client: pg.PoolClient, folder: string): Promise<Restored> {
  const found = await manifestsIn(folder);
  if (found.length === 0) throw new Error(`\`${folder}\` holds no archive of trust: no \`….ndjson.gz.json\``);
  for (const { file, manifest } of found) await readBack(file, manifest);
  for (const id of new Set(found.map(({ manifest }) => manifest.organization_id)))
    await requireNothingArchived(client, id);
  const restored: Restored = { files: 0, rows: 0, written: 0 };
  for (const { file, manifest } of found) {
    restored.files += 1;
    restored.rows += manifest.rows;
    restored.written += await restoreRows(client, manifest.content, manifest.month, archivedRows(file));
  }
  return restored;
}

async function manifestsIn(folder: string): Promise<{ file: string; manifest: Manifest }[]> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.ndjson.gz.json')).sort();
  return Promise.all(
    names.map(async (name) => {
      const manifest = await readManifest(path.join(folder, name));
      return { file: path.join(folder, path.dirname(name), path.basename(manifest.file)), manifest };
    }),
  );
}
