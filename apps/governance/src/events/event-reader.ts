import {
  ExecutionReportEntryDto,
  FeedbackEntryDto,
  LocalDecisionEntryDto,
  MissionEventEntryDto,
  TrustEventEntryDto,
  type EventKind,
} from '@agion/dto';
import { DomainError, validated } from '@agion/service-kit';
import { speaksFor, type InputFault, type Principal } from '@agion/wire';
import { faultInId } from '../decisions/local-decision.js';
import type { GivenEvent } from './event-body.js';

interface Entries {
  trust: TrustEventEntryDto;
  feedback: FeedbackEntryDto;
  mission: MissionEventEntryDto;
  decision: LocalDecisionEntryDto;
  report: ExecutionReportEntryDto;
}

/** An event whose fields are right, of a kind. */
export type ReadEvent = { [Kind in EventKind]: GivenEvent & { kind: Kind; entry: Entries[Kind] } }[EventKind];

const CLASSES: { readonly [Kind in EventKind]: new () => Entries[Kind] } = {
  trust: TrustEventEntryDto,
  feedback: FeedbackEntryDto,
  mission: MissionEventEntryDto,
  decision: LocalDecisionEntryDto,
  report: ExecutionReportEntryDto,
};

/** Reads an event by the class of its stream, and holds who it says it is from against who the caller is. */
export function readEvent(given: GivenEvent, caller: Principal): { event: ReadEvent | null; faults: InputFault[] } {
  try {
    const entry = validated<object>(CLASSES[given.kind], given.fields, given.pointer);
    const event = { ...given, entry } as ReadEvent;
    return { event, faults: identityFaults(event, caller) };
  } catch (error) {
    const faults = error instanceof DomainError ? error.details.errors : undefined;
    if (!faults) throw error;
    return { event: null, faults };
  }
}

/** Only an agent reports what it did and decided. Whom an event names besides is kept as a claim: the credentials say who reports. */
function identityFaults({ kind, pointer, entry }: ReadEvent, caller: Principal): InputFault[] {
  const faults: InputFault[] = [];
  if ('sig' in entry && entry.sig !== undefined)
    faults.push({ pointer: `${pointer}/sig`, detail: 'must be left out: it belongs to streams' });
  const idFault = kind === 'decision' ? faultInId(entry.decision_id, Date.now()) : null;
  if (idFault !== null) faults.push({ pointer: `${pointer}/decision_id`, detail: idFault });
  if (kind !== 'trust' && kind !== 'feedback' && !speaksFor(caller, entry.agent_id))
    faults.push({ pointer: `${pointer}/agent_id`, detail: 'these credentials do not speak for this agent' });
  return faults;
}
