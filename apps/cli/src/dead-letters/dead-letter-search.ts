import { CONSUMED_STREAMS, DEAD_LETTER_KINDS, DEAD_LETTER_STATUSES } from '@agion/wire';
import { type Command, Option } from 'commander';
import { moment, momentOf } from '../moment.js';
import type { PlatformClient } from '../platform.client.js';

/** A dead letter as the platform lists it. */
export interface DeadLetter {
  id: string;
  stream: string;
  source_id: string;
  agent_id: string | null;
  kind: string;
  error: string;
  deliveries: number;
  failed_at: string;
  status: string;
  redrives: number;
}

/** Which dead letters are meant. */
export interface Search {
  stream?: string;
  kind?: string;
  agent?: string;
  error?: string;
  since?: string;
  until?: string;
  status?: string;
}

/** Adds the options by which dead letters are chosen. */
export const withSearch = (command: Command): Command =>
  command
    .addOption(new Option('--stream <name>', 'only of this stream').choices([...CONSUMED_STREAMS]))
    .addOption(new Option('--kind <kind>', 'only of this kind').choices([...DEAD_LETTER_KINDS]))
    .option('--agent <id>', 'only those that name this agent')
    .option('--error <text>', 'only those whose error has this in it')
    .addOption(new Option('--since <when>', 'only what died since then: 24h, 7d, or a time').argParser(moment))
    .addOption(new Option('--until <when>', 'only what died before then').argParser(moment));

export const STATUS_OPTION = new Option('--status <status>', 'only of this status')
  .choices([...DEAD_LETTER_STATUSES, 'all'])
  .default('open');

/** Those that are meant, the last that died first. @throws PlatformError */
export async function* deadLetters(platform: PlatformClient, search: Search): AsyncGenerator<DeadLetter> {
  const { stream, kind, agent, error, since, until, status = 'open' } = search;
  const query = new URLSearchParams({
    ...(stream !== undefined && { stream }),
    ...(kind !== undefined && { kind }),
    ...(agent !== undefined && { agent_id: agent }),
    ...(since !== undefined && { since: momentOf(since) }),
    ...(until !== undefined && { until: momentOf(until) }),
    ...(status !== 'all' && { status }),
  });
  for await (const letter of platform.all<DeadLetter>(`/api/v1/dead-letters?${query.toString()}`))
    if (error === undefined || letter.error.includes(error)) yield letter;
}
