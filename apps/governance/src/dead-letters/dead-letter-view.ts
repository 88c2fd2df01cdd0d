import type { DeadLetterDetailDto, DeadLetterDto } from '@agion/dto';
import { withoutSecrets } from '@agion/wire';
import type { DeadLetter, WholeDeadLetter } from './dead-letter.js';
import { obstacleTo } from './redrive.js';

/** Characters shown of one value, and of all fields together. */
const MOST_OF_ONE = 8_192;
const MOST_OF_ALL = 65_536;

export const toDeadLetterDto = (letter: DeadLetter): DeadLetterDto => ({
  id: letter.id,
  stream: letter.stream,
  source_id: letter.sourceId,
  source_at: letter.sourceAt.toISOString(),
  agent_id: letter.agentId,
  kind: letter.kind,
  error: letter.error,
  deliveries: letter.deliveries,
  failed_at: letter.failedAt.toISOString(),
  status: letter.status,
  redrives: letter.redrives,
  bytes: letter.bytes,
  settled_at: letter.settledAt?.toISOString() ?? null,
  settled_by: letter.settledBy,
  reason: letter.reason,
});

export function toDeadLetterDetailDto(letter: WholeDeadLetter, now: number): DeadLetterDetailDto {
  const shown = letter.fields && shownFields(letter.fields);
  return {
    ...toDeadLetterDto(letter),
    fields: shown?.fields ?? null,
    shortened: letter.incomplete || (shown?.shortened ?? false),
    obstacle: letter.status === 'open' ? obstacleTo(letter, now) : `it is ${letter.status}`,
  };
}

/** Fields as people may see them: without what looks like a secret, which is looked for before anything is cut. */
export function shownFields(given: Readonly<Record<string, string>>): {
  fields: Record<string, string>;
  shortened: boolean;
} {
  let room = MOST_OF_ALL;
  let shortened = false;
  const fields: [string, string][] = [];
  for (const [givenName, givenValue] of Object.entries(given)) {
    const [name, value] = [withoutSecrets(givenName), withoutSecrets(givenValue)];
    const shownName = name.slice(0, Math.min(MOST_OF_ONE, room));
    room -= shownName.length;
    const shownValue = value.slice(0, Math.max(0, Math.min(MOST_OF_ONE, room)));
    room -= shownValue.length;
    shortened ||= shownName.length < name.length || shownValue.length < value.length;
    if (shownName !== '' || name === '') fields.push([shownName, shownValue]);
  }
  return { fields: Object.fromEntries(fields), shortened };
}
