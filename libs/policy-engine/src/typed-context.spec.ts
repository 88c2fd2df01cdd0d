import { describe, expect, test } from '@jest/globals';
import { checkContextSchema, checkPolicy, type ContextSchema, type PolicyFault } from './index.js';

const schemaOf = (input: unknown): ContextSchema => {
  const { schema, faults } = checkContextSchema(input);
  if (!schema) throw new Error(JSON.stringify(faults));
  return schema;
};

const MAIL = schemaOf({
  type: 'object',
  properties: {
    amount: { type: 'number' },
    count: { type: 'integer' },
    to: { type: 'string', enum: ['ada', 'bob'] },
    urgent: { type: 'boolean' },
    mail: { type: 'object', properties: { body: { type: 'string' }, 'x-id': { type: 'string' } } },
    mail_body: { type: 'object', properties: {} },
    lines: { type: 'array', items: { type: 'object', properties: { text: { type: 'string' } } } },
    free: { type: 'object' },
    any: {},
  },
});
const LETTER = schemaOf({ type: 'object', properties: { to: { type: 'string' }, amount: { type: 'string' } } });
const SCHEMAS = new Map([
  ['send_email', MAIL],
  ['send_letter', LETTER],
]);

const faultsOf = (condition: string, actions = ['send_email']): PolicyFault[] =>
  checkPolicy(
    {
      apiVersion: 'agion/v1',
      kind: 'Policy',
      metadata: { id: 'p' },
      spec: { scope: { agents: ['*'], actions }, effect: 'deny', condition },
    },
    SCHEMAS,
  ).faults;

describe('a condition about actions with a schema', () => {
  test.each([
    'context.amount > 500 && context.count == 5.0',
    'context.to == "ada" && context.urgent',
    'context.mail.body.contains("x") || context.mail["x-id"] == "1"',
    'context.lines.exists(l, l.text == "x")',
    'has(context.amount) && has(context.mail.body)',
    'context.free.anything == 1 && context.any.thing == 2',
    'arguments.anything == 1 && agent.trust > 0.5',
    'context.lines.all(l, l.text != "") && size(context.lines) > 1',
  ])('may say %s', (condition) => {
    expect(faultsOf(condition)).toEqual([]);
  });

  test.each([
    ['context.amnt > 500', 1, 9, 'no such key: amnt'],
    ['context.urgent &&\n  context.mail.bdy == "x"', 2, 16, 'no such key: bdy'],
    ['context.to > 5', 1, 1, 'no such overload: string > int'],
    ['context.lines.exists(l, l.txt == "x")', 1, 27, 'no such key: txt'],
    ['has(context.amnt)', 1, 13, 'no such key: amnt'],
    ['context.lines.exists(l, has(l.txt) && l.text == "x")', 1, 31, 'no such key: txt'],
    ['context["amnt"] > 5', 1, 1, 'no such key: amnt'],
    ['context.mail_body.x == 1', 1, 19, 'no such key: x'],
  ])('may not say %j', (condition, line, column, detail) => {
    expect(faultsOf(condition)).toEqual([
      { pointer: '/spec/condition', line, column, detail: `${detail} (in the context of \`send_email\`)` },
    ]);
  });

  test('is told all that is wrong with it at once', () => {
    const faults = faultsOf('context.a == 1 || (context.to == "x" && context.b > 2)');
    expect(faults.map(({ column, detail }) => [column, detail.slice(0, 14)])).toEqual([
      [9, 'no such key: a'],
      [49, 'no such key: b'],
    ]);
  });

  test('has to go with each of them', () => {
    expect(faultsOf('context.to == "ada"', ['send_email', 'send_letter'])).toEqual([]);
    expect(faultsOf('context.amount > 5', ['send_letter', 'send_email'])).toMatchObject([
      { detail: 'no such overload: string > int (in the context of `send_letter`)' },
    ]);
  });

  test.each([[['send_*']], [['send_email', 'read']], [['*']]])('is about anything when it is about %j', (actions) => {
    expect(faultsOf('context.amnt > 500', actions)).toEqual([]);
  });
});
