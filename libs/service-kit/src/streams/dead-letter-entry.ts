import { parseInstant } from '@agion/dto';
import { isPermanentFailure, isStreamId, originalFields, streamIdTime } from '@agion/messaging';
import {
  CONSUMED_STREAMS,
  deadLetterKey,
  isAgentId,
  streamKey,
  withoutSecrets,
  type DeadLetterKind,
  type Organization,
  type StreamName,
} from '@agion/wire';
import type { PublicKeys } from '../identity/service-keys.js';
import { redrivenEntry, type RedrivenEntry } from './redriven-entry.js';
import type { StreamMessage } from './stream-handler.js';

type Fields = Readonly<Record<string, string>>;

/** An entry that could not be handled, as its stream of dead letters tells it. */
export interface DeadLetterEntry {
  readonly stream: StreamName;
  /** Its id in the stream the first time, `<ms>-<seq>`. */
  readonly sourceId: string;
  readonly sourceAt: Date;
  /** Whom it names, if it could be an agent. */
  readonly agentId: string | null;
  readonly kind: DeadLetterKind;
  /** What it died of, without secrets and without names of classes. */
  readonly error: string;
  readonly deliveries: number;
  readonly failedAt: Date;
  /** True when `fields` are not all there was. */
  readonly incomplete: boolean;
  /** How often it had been put back before. */
  readonly attempt: number;
  readonly fields: Fields;
}

/** Names of classes are ours; people are told what happened. */
const ERROR_CLASS = /^[A-Z]\w*: /;
const MOST_DELIVERIES = 2 ** 31 - 1;

/** Reads an entry of a stream of dead letters. Whoever wrote it, there is something to keep: no entry is refused. */
export function deadLetterIn(
  { id, stream: key, fields, organization }: Pick<StreamMessage<object>, 'id' | 'stream' | 'fields' | 'organization'>,
  keys: PublicKeys,
  now: Date,
): DeadLetterEntry {
  const stream = streamOf(key, organization);
  const given = originalFields(fields);
  const redriven = putBack(streamKey(organization.slug, stream), given, keys);
  const saidSource = isStreamId(fields.source_id ?? '') ? (fields.source_id ?? id) : id;
  const sourceId = redriven?.sourceId ?? saidSource;
  const own = redriven?.fields ?? given;
  return {
    stream,
    sourceId,
    sourceAt: pastTime(streamIdTime(sourceId), now),
    agentId: isAgentId(own.agent_id ?? '') ? (own.agent_id ?? null) : null,
    kind: isPermanentFailure(fields) ? 'permanent' : 'exhausted',
    error: storable(withoutSecrets((fields.error ?? 'nobody said why').replace(ERROR_CLASS, ''))),
    deliveries: Math.min(MOST_DELIVERIES, wholeNumber(fields.deliveries) ?? 1),
    failedAt: pastTime(parseInstant(fields.failed_at ?? '')?.getTime() ?? streamIdTime(id), now),
    incomplete: fields.incomplete === 'true',
    attempt: redriven?.attempt ?? 0,
    fields: own,
  };
}

function streamOf(key: string, { slug }: Organization): StreamName {
  const stream = CONSUMED_STREAMS.find((name) => deadLetterKey(streamKey(slug, name)) === key);
  if (!stream) throw new Error(`\`${key}\` holds no dead letters of a stream`);
  return stream;
}

/** An entry that only claims to have been put back is an entry of its own. */
function putBack(stream: string, fields: Fields, keys: PublicKeys): RedrivenEntry | undefined {
  try {
    return redrivenEntry(stream, fields, keys);
  } catch {
    return undefined;
  }
}

const pastTime = (ms: number, now: Date): Date => new Date(Math.max(0, Math.min(ms, now.getTime())));

const wholeNumber = (text = ''): number | undefined => (/^\d{1,15}$/.test(text) ? Number(text) : undefined);

/** Postgres takes every character but one. */
const storable = (text: string): string => text.replaceAll('\u0000', '\ufffd');
