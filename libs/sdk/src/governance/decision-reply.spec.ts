import { describe, expect, it } from '@jest/globals';
import { decisionOfAnswer, decisionOfReply } from './decision-reply.js';

const REDACT = { type: 'redact', path: 'context.body' };
const LOG = { type: 'log', level: 'info' };

const replied = (fields: Record<string, string>): ReturnType<typeof decisionOfReply> =>
  decisionOfReply({ decision_id: 'd', decision: 'allow', allowed: 'true', policy_revision: '7', ...fields });
const answered = (more: object): ReturnType<typeof decisionOfAnswer> =>
  decisionOfAnswer({
    ...{ decision_id: 'd', decision: 'allow', allowed: true, matched: [], winner: null, reason: '', failing_terms: [] },
    ...{ obligations: [], errors: [], policy_revision: 7, trust_score: null, eval_us: null, source: 'http' },
    ...more,
  });

describe.each([
  ['the bus', (obligations: unknown) => replied({ obligations: JSON.stringify(obligations), shadow_decision: 'deny' })],
  ['HTTP', (obligations: unknown) => answered({ obligations, shadow_decision: 'deny' })],
])('an answer over %s', (_, read) => {
  it('brings its obligations and what the shadow would have made of it', () => {
    expect(read([REDACT, LOG])).toMatchObject({
      allowed: true,
      obligations: [REDACT, LOG],
      shadowDecision: 'deny',
    });
  });

  it.each([
    ['of a type nobody here knows', [LOG, { type: 'notify' }]],
    ['that says more than is known here', [LOG, { ...REDACT, by: 'hash' }]],
    ['of another form', [LOG, 'redact']],
  ])('is a denial when it has an obligation %s', (__, obligations) => {
    expect(read(obligations)).toMatchObject({
      decision: 'deny',
      allowed: false,
      reason: 'the decision has an obligation that this release of the SDK does not know',
      obligations: [LOG],
    });
  });

  it('is a denial when its obligations cannot be read', () => {
    expect(read({ redact: 'context.body' }).allowed).toBe(false);
  });
});

it('an answer over the bus whose obligations are no JSON is a denial', () => {
  expect(replied({ obligations: '[' }).allowed).toBe(false);
  expect(replied({}).allowed).toBe(true);
});
