import { Command } from 'commander';
import type { Outcome } from '../main.js';
import { PlatformClient } from '../platform.client.js';
import { compare, type Comparison, type Labels } from './comparison.js';
import { ARCHIVE_OPTION } from './archive-option.js';
import { faultlessFiles } from './validate.command.js';
import { OUTPUT_OPTION, type OutputFormat, tell } from '../output.js';

interface Options {
  output: OutputFormat;
  newest?: boolean;
  archive?: Labels;
}

const MARKS = { create: '+', update: '~', none: '=', archive: '-' } as const;
const LONGEST = 100;

/** `agion policy diff`. */
export const diffCommand = (outcome: Outcome): Command =>
  new Command('diff')
    .description('says what applying files would change; ends with 1 when something would')
    .argument('<path...>', 'files, or folders of .yaml, .yml and .json')
    .option('--newest', 'compare with the newest versions, in force or not')
    .addOption(ARCHIVE_OPTION)
    .addOption(OUTPUT_OPTION)
    .action(async (paths: string[], { output, newest = false, archive }: Options) => {
      const compared = await compare(PlatformClient.given(), faultlessFiles(paths, output), {
        newest,
        ...(archive && { archive }),
      });
      const changed = compared.filter(({ change }) => change !== 'none');
      tell(output, { ok: changed.length === 0, changes: changed.map(shownChange) }, changesText(compared));
      if (changed.length > 0) outcome.status = 1;
    });

export const shownChange = ({ id, change, version, differences }: Comparison): object => ({
  id,
  change,
  version,
  ...(change === 'update' && { differences }),
});

/** What is to change, a policy after the other. */
export function changesText(compared: readonly Comparison[]): string[] {
  const changed = compared.filter(({ change }) => change !== 'none');
  const same = compared.length - changed.length;
  return [...changed.flatMap(changeText), `${changed.length} to change, ${same} as they are`];
}

const changeText = ({ id, change, version, differences }: Comparison): string[] => [
  `${MARKS[change]} ${id}${version === null ? '' : ` (version ${version})`}`,
  ...differences.map(({ pointer, before, after }) => `    ${pointer}: ${short(before)} → ${short(after)}`),
];

function short(value: unknown): string {
  if (value === undefined) return '(absent)';
  const text = JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
