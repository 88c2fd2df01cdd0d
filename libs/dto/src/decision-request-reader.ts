import { DECISION_PHASES, isAgentId } from '@agion/wire';
import {
  type DecisionRequestEntryDto,
  MAX_DECISION_BYTES,
  MAX_DECISION_NAME,
  MAX_DECISION_RESOURCE,
  MAX_SIGNATURE,
  MAX_TIMESTAMP,
  TIMEOUT_PATTERN,
} from './decision-request.dto.js';
import { easyObjectIn } from './json-field.js';

type Fields = Readonly<Record<string, string>>;

/** Characters beyond which the class counts bytes: no character has more than four. */
const LONG = MAX_DECISION_BYTES / 4;
const PRINTABLE = /^[\x20-\x7e]+$/;
const PHASES: readonly string[] = DECISION_PHASES;
const TEXTS = new Map([
  ['correlation_id', MAX_DECISION_NAME],
  ['action', MAX_DECISION_NAME],
  ['resource', MAX_DECISION_RESOURCE],
  ['user_id', MAX_DECISION_NAME],
  ['mission_id', MAX_DECISION_NAME],
  ['session_id', MAX_DECISION_NAME],
  ['timestamp', MAX_TIMESTAMP],
  ['sig', MAX_SIGNATURE],
]);

/**
 * Reads the fields of an ordinary decision request about twenty times as fast as `DecisionRequestEntryDto` is validated: a decision
 * takes less time than its validation. Undefined for every entry with something out of the ordinary in it, right or wrong: the class
 * has the last word on those.
 */
export function readDecisionRequest(fields: Fields): DecisionRequestEntryDto | undefined {
  const entry: Record<string, unknown> = {};
  for (const name of Object.keys(fields)) {
    const text = fields[name] ?? '';
    const longest = TEXTS.get(name);
    if (longest !== undefined) {
      if (text.length > longest || !PRINTABLE.test(text)) return undefined;
      entry[name] = text;
    } else if (name === 'context' || name === 'arguments') {
      const value = easyObjectIn(text, LONG);
      if (!value) return undefined;
      entry[name] = value;
    } else if (name === 'agent_id') {
      if (!isAgentId(text)) return undefined;
      entry[name] = text;
    } else if (name === 'phase') {
      if (!PHASES.includes(text)) return undefined;
      entry[name] = text;
    } else if (name === 'timeout_ms') {
      if (!TIMEOUT_PATTERN.test(text)) return undefined;
      entry[name] = text;
    } else if (name === 'reply_to' || name === 'traceparent') entry[name] = text;
    else return undefined;
  }
  if (!('correlation_id' in entry && 'agent_id' in entry && 'action' in entry)) return undefined;
  return entry as unknown as DecisionRequestEntryDto;
}
