import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { ValidationFailedError } from '@agion/service-kit';
import type { InputFault } from '@agion/wire';
import { missionDraft } from './mission-body.js';

const NOW = new Date('2026-11-20T12:00:00Z');
const STEP = { id: 'collect', title: 'Collect', capability: 'data.query', action: 'query' };
const MISSION = { name: 'Report', goal: 'A report' };

function faultsOf(body: unknown): InputFault[] {
  try {
    missionDraft(body, NOW);
    return [];
  } catch (error) {
    if (error instanceof ValidationFailedError) return error.details.errors ?? [];
    throw error;
  }
}

const pointersOf = (body: unknown): string[] => [...new Set(faultsOf(body).map(({ pointer }) => pointer))].sort();

describe('the body of a new mission', () => {
  it('needs a name and a goal only', () => {
    expect(missionDraft(MISSION, NOW)).toEqual({
      ...MISSION,
      plan: [],
      participants: [],
      budget: null,
      deadline: null,
    });
  });

  it('is read whole', () => {
    const draft = missionDraft(
      {
        ...MISSION,
        plan: [
          STEP,
          {
            id: 'draw',
            title: 'Draw',
            agent_id: 'langgraph-v2:chart_generator',
            action: 'draw_chart',
            input: { kind: 'bar', nested: { depends_on: [1, null] } },
            depends_on: ['collect'],
            timeout_seconds: 60,
            retries: 2,
            requires_approval: true,
            min_trust: 0.5,
          },
        ],
        participants: ['langgraph-v2:chart_generator'],
        budget: { tokens: 1000, usd: 0.5 },
        deadline: '2026-12-01T00:00:00Z',
      },
      NOW,
    );
    expect(draft.plan).toMatchObject([
      { id: 'collect', capability: 'data.query', input: {}, dependsOn: [] },
      {
        agentId: 'langgraph-v2:chart_generator',
        action: 'draw_chart',
        input: { kind: 'bar', nested: { depends_on: [1, null] } },
        dependsOn: ['collect'],
        timeoutSeconds: 60,
        retries: 2,
        requiresApproval: true,
        minTrust: 0.5,
      },
    ]);
    expect(draft).toMatchObject({ budget: { tokens: 1000, usd: 0.5 }, deadline: new Date('2026-12-01T00:00:00Z') });
  });

  it('may give null for what it leaves out', () => {
    const given = { ...MISSION, plan: [{ ...STEP, agent_id: null, input: null, depends_on: null, retries: null }] };
    expect(missionDraft({ ...given, budget: null, deadline: null, participants: null }, NOW)).toMatchObject({
      plan: [{ id: 'collect', input: {}, dependsOn: [] }],
      participants: [],
      budget: null,
      deadline: null,
    });
  });

  it('is told every fault at once, of fields and between them', () => {
    const plan = [
      { ...STEP, depends_on: ['draw', 7, 'nobody'], retries: -1 },
      { ...STEP, agent_id: 'Not An Agent', depends_on: ['collect'] },
      { id: 'draw', title: '', action: 'draw', depends_on: ['collect'], colour: 'red' },
      null,
      [],
      'step',
      {},
    ];
    expect(pointersOf({ goal: 5, plan, participants: ['A'], budget: {}, deadline: '2020-01-01T00:00:00Z' })).toEqual([
      '/budget',
      '/deadline',
      '/goal',
      '/name',
      '/participants',
      '/plan/0/depends_on',
      '/plan/0/depends_on/2',
      '/plan/0/retries',
      '/plan/1',
      '/plan/1/agent_id',
      '/plan/1/id',
      '/plan/2',
      '/plan/2/colour',
      '/plan/2/depends_on/0',
      '/plan/2/title',
      '/plan/3',
      '/plan/4',
      '/plan/5',
      '/plan/6/action',
      '/plan/6/id',
      '/plan/6/title',
    ]);
  });

  it.each([
    ['no body', undefined, ['']],
    ['a text', 'x', ['']],
    ['a list', [], ['']],
    ['a plan that is none', { ...MISSION, plan: 'all of it' }, ['/plan']],
    ['a plan of lists', { ...MISSION, plan: [[STEP]] }, ['/plan/0']],
    [
      'too many steps',
      { ...MISSION, plan: Array.from({ length: 201 }, (_, i) => ({ ...STEP, id: `s${i}` })) },
      ['/plan'],
    ],
    ['a budget that is none', { ...MISSION, budget: 5 }, ['/budget']],
    ['a list of budgets', { ...MISSION, budget: [{ tokens: 1 }] }, ['/budget']],
    ['input that is no object', { ...MISSION, plan: [{ ...STEP, input: [1] }] }, ['/plan/0/input']],
    ['a day without a time', { ...MISSION, deadline: '2027-01-01' }, ['/deadline']],
  ])('is refused when it is or has %s', (_, body, expected) => {
    expect(pointersOf(body)).toEqual(expected);
  });
});
