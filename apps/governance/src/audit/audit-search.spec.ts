import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { auditSearch, cursorAfter } from './audit-search.js';

const moments = fc.date({
  min: new Date('0001-01-01T00:00:00Z'),
  max: new Date('9999-12-31T23:59:59Z'),
  noInvalidDate: true,
});

describe('a search of the audit trail', () => {
  it('goes on exactly where a page ended', () => {
    fc.assert(
      fc.property(moments, fc.uuid(), (at, eventId) => {
        const search = auditSearch({ cursor: cursorAfter({ at, eventId }), limit: 50 });
        expect(search).toEqual({ after: { at, eventId }, limit: 50 });
      }),
    );
  });

  it('accepts no cursor but its own, and never throws', () => {
    fc.assert(
      fc.property(fc.string(), (cursor) => {
        expect(auditSearch({ cursor, limit: 50 })).toMatchObject([{ pointer: '/query/cursor' }]);
      }),
    );
  });

  it('hands the filters on and reads the times', () => {
    const filters = { type: 'a.b', actor: 'ada', subjectKind: 'agent', subjectId: 'x', outcome: 'denied', limit: 10 };
    expect(auditSearch({ ...filters, from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00+01:00' })).toEqual({
      ...filters,
      from: new Date('2026-01-01T00:00:00Z'),
      to: new Date('2026-01-01T23:00:00Z'),
    });
  });

  it('names every fault', () => {
    expect(auditSearch({ from: 'x', to: 'y', cursor: 'z', limit: 1 })).toMatchObject([
      { pointer: '/query/from' },
      { pointer: '/query/to' },
      { pointer: '/query/cursor' },
    ]);
    const moment = '2026-01-01T00:00:00Z';
    expect(auditSearch({ from: moment, to: moment, limit: 1 })).toMatchObject([{ pointer: '/query/to' }]);
  });
});
