import type { SimulatedDecisionDto, SimulationDto } from '@agion/dto';
import type { Counted, Sample } from './simulation-report.js';
import type { Simulation } from './simulations.service.js';

/** A simulation as it stands on the wire. */
export const toSimulationDto = ({ input, report, revision, through, complete, took }: Simulation): SimulationDto => ({
  policy_revision: revision,
  window: { from: input.from.toISOString(), to: input.to.toISOString() },
  complete,
  through: through.toISOString(),
  decisions: report.decisions,
  unchanged: report.unchanged,
  changed: report.changed,
  changed_without_draft: report.changedWithoutDraft,
  undecidable: report.undecidable,
  not_by_policy: report.notByPolicy,
  by_agent: listed(report.byAgent).map(({ name, ...counted }) => ({ agent_id: name, ...counted })),
  by_action: listed(report.byAction).map(({ name, ...counted }) => ({ action: name, ...counted })),
  by_effect: [...report.byEffect.values()].sort((a, b) => b.count - a.count),
  undecidable_because: { ...report.because },
  samples: { changed: report.changedSamples.map(toSample), undecidable: report.undecidableSamples.map(toSample) },
  took_ms: Math.round(took),
});

const MOST_LISTED = 100;

const listed = (counts: ReadonlyMap<string, Counted>): (Counted & { name: string })[] =>
  [...counts]
    .map(([name, counted]) => ({ name, ...counted }))
    .sort((a, b) => b.changed + b.undecidable - a.changed - a.undecidable || (a.name < b.name ? -1 : 1))
    .slice(0, MOST_LISTED);

const toSample = ({ decision, replayed }: Sample): SimulatedDecisionDto => ({
  decision_id: decision.decisionId,
  agent_id: decision.agentId,
  action: decision.action,
  resource: decision.resource,
  at: decision.at.toISOString(),
  decision: decision.decision,
  would_be: replayed.kind === 'changed' ? replayed.to : null,
  today: replayed.kind === 'changed' ? replayed.today : null,
  reason: replayed.kind === 'changed' ? replayed.reason : null,
  winner: replayed.kind === 'changed' ? replayed.winner : null,
  undecidable: replayed.kind === 'undecidable' ? replayed.because : null,
  detail: replayed.kind === 'undecidable' ? replayed.detail : null,
});
