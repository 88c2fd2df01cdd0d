import { Command, InvalidArgumentError, Option } from 'commander';
import { givenPlatform } from '../doctor/given.js';
import type { Outcome } from '../main.js';
import { archiveOld, exportAll, LEAST_DAYS } from './archive.js';
import { differences, type Difference, extent, mend } from './rebuild.store.js';
import { restoreAll } from './restore.js';
import { slugsOf, withRetention, withTrust } from './trust-session.store.js';

/** Differences that are printed one by one. */
const SHOWN = 20;

const ABOUT = `
The database is the one of DATABASE_URL or GOVERNANCE_DATABASE_URL, else that of the platform \`npm start\` runs here. Its login
must be able to act as governance, as the service's own can.`;

/** `agion trust …`. */
export function trustCommand(outcome: Outcome): Command {
  const trust = new Command('trust').description('looks after the evidence that trust scores follow from');
  trust
    .command('rebuild')
    .description('replays the recorded events and compares them with the stored sums')
    .option('--verify', 'only compare: the default')
    .option('--write', 'mend the sums that differ; whoever writes evidence waits meanwhile')
    .option('--json', 'what was found as JSON')
    .addHelpText('after', `${ABOUT}\nEnds with 1 when a sum differs.`)
    .action(async (options: RebuildOptions) => {
      outcome.status = await rebuild(options);
    });
  trust
    .command('archive')
    .description('writes old events to files, reads these back, and then lets the events go; their sums stay')
    .requiredOption(
      '-d, --directory <path>',
      'where the files go, a folder for each organization',
      process.env.AGION_ARCHIVE_DIR,
    )
    .addOption(
      new Option('--keep-days <days>', `how long events stay in the database, at least ${LEAST_DAYS} days`)
        .env('TRUST_RETENTION_DAYS')
        .argParser(daysOf)
        .default(400),
    )
    .option('--export', 'write all events and ceilings there are, and let nothing go')
    .addHelpText('after', ABOUT)
    .action(async ({ directory, keepDays, export: all }: ArchiveOptions) => {
      const { files, dropped } = await withRetention(databaseUrl(), (client) =>
        all ? exportAll(client, directory, new Date()) : archiveOld(client, directory, keepDays, new Date()),
      );
      for (const { organization_id: id, file, rows } of files) console.log(`${id}/${file}  ${rows} rows, read back`);
      console.log(
        all
          ? `${files.length} files; nothing has left the database`
          : `${files.length} files, ${dropped.length} months gone`,
      );
    });
  trust
    .command('restore')
    .description('reads archives back into an empty platform and works out the sums')
    .requiredOption('-d, --directory <path>', 'where the files are', process.env.AGION_ARCHIVE_DIR)
    .addHelpText('after', ABOUT)
    .action(async ({ directory }: { directory: string }) => {
      const url = databaseUrl();
      const { files, rows, written } = await withRetention(url, (client) => restoreAll(client, directory));
      console.log(`${files} files, ${rows} rows, ${written} of them new`);
      outcome.status = await rebuild({ write: true, restored: true });
    });
  return trust;
}

interface RebuildOptions {
  verify?: true;
  write?: true;
  json?: true;
  /** After a restore: organizations of the archives may not be registered yet, and have no trail. */
  restored?: true;
}

interface ArchiveOptions {
  directory: string;
  keepDays: number;
  export?: true;
}

/** @returns the exit status */
async function rebuild({ verify, write, json, restored }: RebuildOptions): Promise<number> {
  if (verify && write) throw new Error('--verify compares and --write mends: give one of them');
  const url = databaseUrl();
  return withTrust(url, async (client) => {
    const mended = write ? await mend(client, url, await slugsOf(url), restored ?? false) : 0;
    const found: Difference[] = [];
    let count = 0;
    for await (const difference of differences(client)) {
      count += 1;
      if (found.length < SHOWN) found.push(difference);
    }
    const { events, sums } = await extent(client);
    if (json) console.log(JSON.stringify({ events, sums, mended, differences: count, first: found }, null, 2));
    else {
      for (const one of found) console.log(lineOf(one));
      if (count > found.length) console.log(`… and ${count - found.length} more`);
      if (write) console.log(`${mended} sums mended`);
      console.log(`${events} events, ${sums} sums: ${count === 0 ? 'the replay equals them' : `${count} differ`}`);
    }
    return count === 0 ? 0 : 1;
  });
}

const lineOf = ({ agent_id: agent, fingerprint, dimension, day, stored, replayed }: Difference): string =>
  `✗ ${agent}${fingerprint && ` (${fingerprint.slice(0, 8)})`} ${dimension} ${day}: stored ${stored.join(' ')}, replayed ${replayed.join(' ')}`;

function daysOf(text: string): number {
  const days = Number(text);
  if (/^\d{1,5}$/.test(text) && days >= LEAST_DAYS) return days;
  throw new InvalidArgumentError(`must be ${LEAST_DAYS} or more`);
}

/** @throws Error when nothing names one */
function databaseUrl(): string {
  const { governanceDatabaseUrl: url } = givenPlatform();
  if (url === undefined) throw new Error('no database is named: set DATABASE_URL or GOVERNANCE_DATABASE_URL');
  return url;
}
