import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { eventsIn } from './event-body.js';

const trust = { kind: 'trust', agent_id: 'demo:a', impact: 0.05, context: { a: 1 }, dimension: null };
const read = { kind: 'trust', fields: { agent_id: 'demo:a', impact: '0.05', context: '{"a":1}' } };

describe('a body of events', () => {
  it.each<[string, unknown, string]>([
    ['one event', trust, ''],
    ['a list', [trust], '/0'],
    ['a list by name', { events: [trust] }, '/events/0'],
  ])('is %s', (_, body, pointer) => {
    expect(eventsIn(body)).toEqual({ events: [{ ...read, pointer }], faults: [] });
  });

  it.each<[string, unknown, string]>([
    ['nothing', undefined, ''],
    ['text', 'trust', ''],
    ['an empty list', [], ''],
    ['more than 500', Array.from({ length: 501 }, () => trust), ''],
    ['a list that is none', { events: trust }, '/events'],
    ['a list and more', { events: [trust], kind: 'trust' }, '/events'],
    ['an event of an unknown kind', [trust, { kind: 'audit' }], '/1/kind'],
    ['an event without a kind', {}, '/kind'],
    ['an element that is no event', { events: [trust, 7] }, '/events/1'],
  ])('is not %s', (_, body, pointer) => {
    expect(eventsIn(body).faults).toMatchObject([{ pointer }]);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (body) => {
        expect(eventsIn(body).events.length + eventsIn(body).faults.length).toBeGreaterThan(0);
      }),
    );
  });
});
