import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { KeptRequest } from '../decisions/decision.js';
import { packInputs, unpackInputs } from './packed-inputs.js';

const open = { seal: (text: string) => Buffer.from(text) };
const asked = (context: Record<string, unknown>): KeptRequest => ({
  agent: { id: 'a:b' },
  action: { name: 'x' },
  env: { mode: 'test' },
  arguments: {},
  context,
});

describe('what decisions were asked', () => {
  it('is found at its place again, each organization’s in pieces of its own', () => {
    const request = fc.option(fc.dictionary(fc.string(), fc.string({ maxLength: 9_000 }), { maxKeys: 2 }), {
      nil: null,
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('one', 'other'), request), { maxLength: 400 }), (given) => {
        const decisions = given.map(([organizationId, context]) => ({
          organizationId,
          request: context === null ? null : asked(context),
        }));
        const { packed, places } = packInputs(decisions, open);
        const pieces = new Map(packed.map((piece) => [piece.inputsId, piece]));
        for (const [index, { organizationId, request: kept }] of decisions.entries()) {
          const place = places[index];
          const piece = place ? pieces.get(place.inputsId) : undefined;
          expect(piece?.organizationId).toBe(kept ? organizationId : undefined);
          const found = place && piece ? unpackInputs(piece.content.toString())?.[place.position] : null;
          expect(found).toEqual(kept && (JSON.parse(JSON.stringify(kept)) as unknown));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('goes together by up to 128, and by less when there is much of it', () => {
    const many = Array.from({ length: 300 }, () => ({ organizationId: 'one', request: asked({}) }));
    expect(packInputs(many, open).packed).toHaveLength(3);
    const large = many.map((one) => ({ ...one, request: asked({ text: 'x'.repeat(8_000) }) }));
    expect(packInputs(large.slice(0, 20), open).packed).toHaveLength(4);
  });

  it('holds no secret', () => {
    const request = asked({ note: 'postgres://ada:hunter2@db.test', key: `ghp_${'x'.repeat(36)}` });
    const { packed } = packInputs([{ organizationId: 'one', request }], open);
    expect(packed[0]?.content.toString()).not.toMatch(/hunter2|x{36}/);
  });
});
