import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { Readable, Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';

export const FORMAT = 'agion-trust/1';

/** What stands beside an archive, as `<file>.json`. */
export interface Manifest {
  format: typeof FORMAT;
  /** Events, or the ceilings of an organization. */
  content: 'events' | 'ceilings';
  organization_id: string;
  /** First day of the month; 1970-01-01: ids that tell no time. Null for ceilings. */
  month: string | null;
  /** Lines. */
  rows: number;
  /** Of the file as it lies there, in hexadecimal. */
  sha256: string;
  file: string;
}

/** Passes on what goes through, and keeps its digest. */
class Digest extends Transform {
  private readonly hash = createHash('sha256');

  override _transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback): void {
    this.hash.update(chunk);
    done(null, chunk);
  }

  hex = (): string => this.hash.digest('hex');
}

/**
 * Writes rows as NDJSON, compressed, and reads the file back before anybody relies on it. A name is given to what is whole only.
 * @throws Error when what was read back is not what was written
 */
export async function writeArchive(
  folder: string,
  about: Pick<Manifest, 'content' | 'organization_id' | 'month' | 'file'>,
  rows: AsyncIterable<object>,
): Promise<Manifest> {
  await mkdir(folder, { recursive: true });
  const target = path.join(folder, about.file);
  const digest = new Digest();
  let count = 0;
  const lines = Readable.from(
    (async function* () {
      for await (const row of rows) {
        count += 1;
        yield `${JSON.stringify(row)}\n`;
      }
    })(),
  );
  await pipeline(lines, createGzip(), digest, createWriteStream(`${target}.part`));
  await synced(`${target}.part`);
  const manifest: Manifest = { format: FORMAT, ...about, rows: count, sha256: digest.hex() };
  await readBack(`${target}.part`, manifest);
  await rename(`${target}.part`, target);
  await writeFile(`${target}.json.part`, `${JSON.stringify(manifest, null, 2)}\n`);
  await synced(`${target}.json.part`);
  await rename(`${target}.json.part`, `${target}.json`);
  await synced(folder);
  return manifest;
}

/** @throws Error naming the file when it is not what its manifest says */
export async function readBack(file: string, { rows, sha256 }: Pick<Manifest, 'rows' | 'sha256'>): Promise<void> {
  const digest = new Digest();
  let lines = 0;
  try {
    await pipeline(createReadStream(file), digest, createGunzip(), async (text: AsyncIterable<Buffer>) => {
      for await (const chunk of text) for (const byte of chunk) if (byte === 0x0a) lines += 1;
    });
  } catch (error) {
    throw Object.assign(new Error(`\`${file}\` cannot be read: ${(error as Error).message}`), { cause: error });
  }
  if (digest.hex() !== sha256 || lines !== rows)
    throw new Error(`\`${file}\` is not what was written: ${lines} lines of ${rows}, or another digest`);
}

/** The rows of an archive, one at a time. */
export async function* archivedRows(file: string): AsyncGenerator<Record<string, unknown>> {
  const text = createReadStream(file).pipe(createGunzip());
  for await (const line of createInterface({ input: text, crlfDelay: Infinity }))
    yield JSON.parse(line) as Record<string, unknown>;
}

/** @throws Error when it is no manifest of an archive */
export async function readManifest(file: string): Promise<Manifest> {
  const found = JSON.parse(await readFile(file, 'utf8')) as Partial<Manifest>;
  if (found.format !== FORMAT) throw new Error(`\`${file}\` tells of no archive of trust: its format is not ${FORMAT}`);
  return found as Manifest;
}

async function synced(name: string): Promise<void> {
  const handle = await open(name, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
