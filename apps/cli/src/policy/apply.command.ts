import type { PolicyDocument } from '@agion/policy-engine';
import { Command } from 'commander';
import { PlatformClient, PlatformError } from '../platform.client.js';
import { ARCHIVE_OPTION } from './archive-option.js';
import { compare, type Comparison, type Labels } from './comparison.js';
import { changesText, shownChange } from './diff.command.js';
import { located, type PolicyFile } from './policy-files.js';
import { count, OUTPUT_OPTION, type OutputFormat, tell } from '../output.js';
import { faultlessFiles } from './validate.command.js';

interface Options {
  output: OutputFormat;
  dryRun?: boolean;
  activate: boolean;
  archive?: Labels;
}

const ABOUT = `
Policies that are on the platform as the files have them are left alone, so applying twice changes nothing. Before the
first change the platform has checked every document that is to change. Changes are made one after the other; when one
is refused, those before it stay, and applying again goes on from there. A policy that somebody changed meanwhile is
not overwritten. With --no-activate new versions are kept but not put in force, and nothing is archived: for
organizations whose policies somebody else has to activate (\`policy_review\`).`;

/** `agion policy apply`. */
export const applyCommand = (): Command =>
  new Command('apply')
    .description('brings the platform to what files say')
    .argument('<path...>', 'files, or folders of .yaml, .yml and .json')
    .option('--dry-run', 'check everything, change nothing')
    .option('--no-activate', 'keep new versions without putting them in force')
    .addOption(ARCHIVE_OPTION)
    .addOption(OUTPUT_OPTION)
    .addHelpText('after', ABOUT)
    .action(async (paths: string[], { output, dryRun = false, activate, archive }: Options) => {
      const files = faultlessFiles(paths, output);
      const platform = PlatformClient.given();
      const compared = await compare(platform, files, { newest: !activate, ...(archive && { archive }) });
      const wanted = compared.filter(({ change }) => change !== 'none');
      const changes = activate ? wanted : wanted.filter(({ change }) => change !== 'archive');
      const left = wanted.length - changes.length;
      for (const change of changes) await requireAcceptable(platform, change, files);
      const applied: Comparison[] = [];
      try {
        if (!dryRun) for (const change of changes) applied.push(await applyOne(platform, change, activate));
      } finally {
        tell(
          output,
          {
            ok: dryRun || applied.length === changes.length,
            dry_run: dryRun,
            applied: applied.map(shownChange),
            changes: wanted.map(shownChange),
          },
          [
            ...changesText(compared),
            ...(left > 0
              ? [`${count(left, 'policy is', 'policies are')} left in force: --no-activate archives nothing`]
              : []),
            dryRun ? 'nothing was changed: --dry-run' : `${count(applied.length, 'change', 'changes')} made`,
          ],
        );
      }
    });

/** What files alone cannot tell, the platform does: schemas of actions, say. @throws Error with the places of its faults */
async function requireAcceptable(
  platform: PlatformClient,
  { change, document }: Comparison,
  files: readonly PolicyFile[],
): Promise<void> {
  if (!document || change === 'archive') return;
  try {
    await platform.call('POST', '/api/v1/policies/validate', document);
  } catch (error) {
    throw explained(
      error,
      files.find(({ policy }) => policy === document),
    );
  }
}

function explained(error: unknown, file: PolicyFile | undefined): unknown {
  if (!(error instanceof PlatformError) || error.faults.length === 0 || !file) return error;
  const lines = error.faults.map((fault) => {
    const { line, column, pointer, detail } = located(file.places, fault);
    return `  ${file.path}:${line}:${column} ${pointer || '/'} ${detail}`;
  });
  return new Error(['the platform does not accept it', ...lines].join('\n'));
}

async function applyOne(platform: PlatformClient, comparison: Comparison, activate: boolean): Promise<Comparison> {
  const { id, change, version, document } = comparison;
  const path = `/api/v1/policies/${encodeURIComponent(id)}`;
  if (change === 'archive') await platform.call('DELETE', path);
  else if (change === 'create' && activate) await platform.call('POST', '/api/v1/policies', document);
  else if (change === 'create') await keepOnly(platform, path, document);
  else await platform.call('PUT', `${path}?activate=${activate}`, activate ? { ...document, version } : document);
  return comparison;
}

/** A new policy is in force by its first version: that one is a draft, and what the file says is the version to activate. */
async function keepOnly(platform: PlatformClient, path: string, document: PolicyDocument | null): Promise<void> {
  if (!document) return;
  const draft = { ...document, spec: { ...document.spec, status: 'draft' } };
  await platform.call('POST', '/api/v1/policies', draft);
  if (document.spec.status !== 'draft') await platform.call('PUT', `${path}?activate=false`, document);
}
