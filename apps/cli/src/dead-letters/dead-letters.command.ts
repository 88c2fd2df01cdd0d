import { Command, InvalidArgumentError, Option } from 'commander';
import type { Outcome } from '../main.js';
import { columns, count, OUTPUT_OPTION, type OutputFormat, printable, tell } from '../output.js';
import { PlatformClient } from '../platform.client.js';
import { type DeadLetter, deadLetters, type Search, STATUS_OPTION, withSearch } from './dead-letter-search.js';
import { settle } from './settle.js';

const ABOUT = `
The platform is the one of AGION_GATEWAY_URL, with the token of AGION_TOKEN or AGION_TOKEN_FILE (an operator's), else the
one that \`npm start\` runs here.

Exit status: 0, 1 when one of them was refused, 2 when called wrongly, 3 when the platform cannot be reached or refuses.`;

type Chosen = Search & { output: OutputFormat; all?: true };

interface Detail extends DeadLetter {
  fields: Record<string, string> | null;
  shortened: boolean;
  obstacle: string | null;
}

/** `agion dead-letters`: entries of streams that could not be handled. */
export const deadLettersCommand = (outcome: Outcome): Command => {
  const command = new Command('dead-letters').description('entries of streams that could not be handled');
  for (const each of [listCommand(), showCommand(), redriveCommand(outcome), discardCommand(outcome)])
    command.addCommand(each.addOption(OUTPUT_OPTION).addHelpText('after', ABOUT));
  return command;
};

const listCommand = (): Command =>
  withSearch(new Command('list').description('lists them, those that died last first'))
    .addOption(STATUS_OPTION)
    .addOption(new Option('--limit <n>', 'at most so many').argParser(wholeNumber).default(50))
    .action(async ({ output, limit, ...search }: Chosen & { limit: number }) => {
      const items: DeadLetter[] = [];
      for await (const letter of deadLetters(PlatformClient.given(), search)) {
        if (items.length === limit) break;
        items.push(letter);
      }
      const rows = items.map(({ id, failed_at: at, stream, agent_id: agent, status, error }) => [
        id,
        at,
        stream,
        agent ?? '-',
        status,
        printable(error),
      ]);
      tell(output, { items }, [...columns(rows), count(items.length, 'dead letter', 'dead letters')]);
    });

const showCommand = (): Command =>
  new Command('show')
    .description('says what one held, what it died of, and whether it can be put back')
    .argument('<id>')
    .action(async (id: string, { output }: { output: OutputFormat }) => {
      const { body } = await PlatformClient.given().call('GET', `/api/v1/dead-letters/${encodeURIComponent(id)}`);
      tell(output, body as Detail, detailText(body as Detail));
    });

const redriveCommand = (outcome: Outcome): Command =>
  chosen(new Command('redrive').description('puts them back into their streams; each counts once')).action(
    async (ids: string[], options: Chosen, command: Command) => {
      chooseOnce(ids, options, command);
      if (await settle(ids, options, { action: 'redrive', done: 'redriven' })) outcome.status = 1;
    },
  );

const discardCommand = (outcome: Outcome): Command =>
  chosen(new Command('discard').description('gives them up for good'))
    .requiredOption('--reason <text>', 'why they will never count; it is on the audit trail')
    .action(async (ids: string[], { reason, ...options }: Chosen & { reason: string }, command: Command) => {
      chooseOnce(ids, options, command);
      if (await settle(ids, options, { action: 'discard', done: 'discarded', body: { reason } })) outcome.status = 1;
    });

const chosen = (command: Command): Command =>
  withSearch(command.argument('[id...]')).option('--all', 'all that are open, or those of them the options choose');

function chooseOnce(ids: readonly string[], { all, output: _, ...search }: Chosen, command: Command): void {
  const isNamed = ids.length > 0;
  if (isNamed === (all === true)) command.error('error: name dead letters, or choose them with `--all`: one of both');
  if (isNamed && Object.keys(search).length > 0) command.error('error: these options choose among all: add `--all`');
}

function wholeNumber(given: string): number {
  if (!/^[1-9]\d{0,5}$/.test(given)) throw new InvalidArgumentError('must be a whole number from 1');
  return Number(given);
}

function detailText({ fields, shortened, obstacle, ...letter }: Detail): string[] {
  const { id, stream, source_id: source, kind, error, deliveries, failed_at: at, status, redrives } = letter;
  return [
    `${id}  ${status}`,
    `  ${stream} ${source}`,
    `  ${printable(error)}`,
    `  ${kind}, after ${count(deliveries, 'delivery', 'deliveries')}, at ${at}${redrives > 0 ? `, put back ${redrives}×` : ''}`,
    obstacle === null ? '  it can be put back' : `  it cannot be put back: ${obstacle}`,
    '',
    ...(fields === null
      ? ['what it held is forgotten or unreadable']
      : columns(Object.entries(fields).map((pair) => pair.map(printable)))),
    ...(shortened ? ['', 'not all of it is shown'] : []),
  ];
}
