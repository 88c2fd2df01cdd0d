import { Command, InvalidArgumentError, Option } from 'commander';
import type { Outcome } from '../main.js';
import { PlatformClient } from '../platform.client.js';
import { compare } from './comparison.js';
import { moment, momentOf } from '../moment.js';
import { columns, count, OUTPUT_OPTION, type OutputFormat, tell } from '../output.js';
import { faultlessFiles } from './validate.command.js';

interface Options {
  output: OutputFormat;
  since: string;
  until?: string;
  agents?: string[];
  actions?: string[];
  samples: number;
  failOnChange?: true;
}

interface Simulated {
  decision_id: string;
  agent_id: string;
  action: string;
  at: string;
  decision: string;
  would_be: string | null;
  reason: string | null;
  undecidable: string | null;
  detail: string | null;
}

interface Simulation {
  complete: boolean;
  through: string;
  decisions: number;
  unchanged: number;
  changed: number;
  changed_without_draft: number;
  undecidable: number;
  by_agent: { agent_id: string; changed: number; undecidable: number }[];
  by_effect: { from: string; to: string; count: number }[];
  samples: { changed: Simulated[]; undecidable: Simulated[] };
}

/** Of no policies. */
const NOTHING = { complete: true, decisions: 0, unchanged: 0, changed: 0, undecidable: 0 };

const ABOUT = `
Replays what agents asked within the window over the policies in force, with the files that differ in their place, and
says what would have come out differently. Undecidable is what a policy needs and the ledger has not: contexts are kept for
fourteen days, and what was redacted is gone.`;

/** `agion policy simulate`. */
export const simulateCommand = (outcome: Outcome): Command =>
  new Command('simulate')
    .description('says which recorded decisions would have come out differently by files')
    .argument('<path...>', 'files, or folders of .yaml, .yml and .json')
    .addOption(new Option('--since <when>', 'how long ago the window begins, or when').argParser(moment).default('24h'))
    .addOption(new Option('--until <when>', 'how long ago it ends, or when; now without it').argParser(moment))
    .option('--agents <glob...>', 'only these agents')
    .option('--actions <glob...>', 'only these actions')
    .addOption(new Option('--samples <n>', 'of each kind').argParser(wholeNumber).default(5))
    .option(
      '--fail-on-change',
      'end with 1 when a decision would have come out differently by the files, or not all of the window was replayed',
    )
    .addOption(OUTPUT_OPTION)
    .addHelpText('after', ABOUT)
    .action(async (paths: string[], options: Options) => {
      const { output, since, until, agents, actions, samples, failOnChange } = options;
      const files = faultlessFiles(paths, output);
      const platform = PlatformClient.given();
      const policies = (await compare(platform, files, {})).flatMap(({ change, document }) =>
        change === 'none' || !document ? [] : [document],
      );
      if (policies.length === 0) {
        tell(output, NOTHING, ['nothing to simulate: all files are in force as they are']);
        return;
      }
      const { body } = await platform.call('POST', '/api/v1/policies/simulate', {
        policies,
        window: { from: momentOf(since), ...(until !== undefined && { to: momentOf(until) }) },
        ...(agents && { agents }),
        ...(actions && { actions }),
        limit: samples,
      });
      const simulation = body as Simulation;
      tell(output, simulation, simulationText(simulation));
      const own = simulation.changed - simulation.changed_without_draft;
      if (failOnChange && (own > 0 || !simulation.complete)) outcome.status = 1;
    });

function wholeNumber(given: string): number {
  if (!/^\d{1,3}$/.test(given)) throw new InvalidArgumentError('must be a whole number');
  return Number(given);
}

function simulationText(simulation: Simulation): string[] {
  const { complete, through, decisions, changed, changed_without_draft: already, undecidable, samples } = simulation;
  return [
    `${count(decisions, 'decision', 'decisions')}: ${changed} would change, ${undecidable} undecidable`,
    ...(already > 0 ? [`${already} of those that change do so by what is in force already`] : []),
    ...(complete ? [] : [`not all of the window: back to ${through}; go on with --until ${through}`]),
    ...section(
      'by effect',
      simulation.by_effect.map(({ from, to, count: number }) => [`${from} → ${to}`, String(number)]),
    ),
    ...section(
      'by agent',
      simulation.by_agent.map((agent) => [
        agent.agent_id,
        `${agent.changed} changed`,
        `${agent.undecidable} undecidable`,
      ]),
    ),
    ...section('changed, the newest', samples.changed.map(sampleRow)),
    ...section('undecidable, the newest', samples.undecidable.map(sampleRow)),
  ];
}

const section = (title: string, rows: readonly string[][]): string[] =>
  rows.length === 0 ? [] : ['', title, ...columns(rows).map((line) => `  ${line}`)];

const sampleRow = ({
  at,
  agent_id: agent,
  action,
  decision,
  would_be: would,
  reason,
  undecidable,
  detail,
}: Simulated): string[] => [
  at,
  `${agent} → ${action}`,
  would === null ? decision : `${decision} → ${would}`,
  undecidable === null ? (reason ?? '') : `${undecidable}${detail === null ? '' : `: ${detail}`}`,
];
