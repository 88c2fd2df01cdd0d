import { EVENT_KINDS, MAX_EVENTS, type EventKind } from '@agion/dto';
import type { InputFault } from '@agion/wire';

/** An event of a body, its fields as they would stand on a stream. */
export interface GivenEvent {
  kind: EventKind;
  /** JSON pointer into the body. */
  pointer: string;
  fields: Record<string, string>;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isKind = (value: unknown): value is EventKind => (EVENT_KINDS as readonly unknown[]).includes(value);

/** The events of a body: one, a list of them, or `{"events": […]}`; or everything that is wrong with its shape. */
export function eventsIn(body: unknown): { events: GivenEvent[]; faults: InputFault[] } {
  const [elements, at] = elementsOf(body);
  if (!elements) return { events: [], faults: [{ pointer: at, detail: 'must be an event or a list of events' }] };
  if (elements.length === 0 || elements.length > MAX_EVENTS)
    return { events: [], faults: [{ pointer: at, detail: `must hold 1 to ${MAX_EVENTS} events` }] };
  const single = elements.length === 1 && elements[0] === body;
  const events: GivenEvent[] = [];
  const faults: InputFault[] = [];
  for (const [index, element] of elements.entries()) {
    const pointer = single ? at : `${at}/${index}`;
    if (!isObject(element)) faults.push({ pointer, detail: 'must be a JSON object' });
    else if (!isKind(element.kind))
      faults.push({ pointer: `${pointer}/kind`, detail: `must be one of ${EVENT_KINDS.join(', ')}` });
    else events.push({ kind: element.kind, pointer, fields: wireFields(element) });
  }
  return { events, faults };
}

function elementsOf(body: unknown): [unknown[] | null, string] {
  if (Array.isArray(body)) return [body, ''];
  if (!isObject(body)) return [null, ''];
  if (!('events' in body)) return [[body], ''];
  return [Array.isArray(body.events) && Object.keys(body).length === 1 ? body.events : null, '/events'];
}

/** Flat text, as on a stream: the same class then reads both. A field that is null counts as left out. */
function wireFields({ kind: _, ...fields }: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
}
