import type { DecisionExplanationDto } from '@agion/dto';
import { toDecisionDto } from './decision-view.js';
import type { DecisionExplanation } from './explanation.js';

/** An explanation as it stands on the wire. */
export const toDecisionExplanationDto = (explanation: DecisionExplanation): DecisionExplanationDto => ({
  decision: toDecisionDto(explanation.decision),
  candidates: explanation.candidates.map(({ terms, wouldChange, ...candidate }) => ({
    ...candidate,
    terms: terms.map(({ term, result, detail }) => ({ term, result: String(result), ...(detail && { detail }) })),
    would_change: wouldChange,
  })),
  to_change: explanation.toChange,
  remedies: explanation.remedies,
  note: explanation.note,
});
