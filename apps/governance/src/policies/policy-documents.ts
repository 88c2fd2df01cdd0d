import type { PolicyDto, PolicyTestReportDto, PolicyVersionDto } from '@agion/dto';
import type { PolicyDocument, PolicyRecord, PolicyVersionRecord } from './policy-record.js';
import type { PolicyTestReport } from './policy-tester.service.js';

/** The order of its members is part of its ETag. */
export const toPolicyDto = ({ document, version, createdBy, updatedAt }: PolicyRecord): PolicyDto => ({
  apiVersion: document.apiVersion,
  kind: document.kind,
  metadata: document.metadata,
  spec: document.spec,
  version,
  created_by: createdBy,
  updated_at: updatedAt.toISOString(),
});

export const toPolicyVersionDto = (record: PolicyVersionRecord): PolicyVersionDto => ({
  version: record.version,
  current: record.current,
  created_by: record.createdBy,
  created_at: record.createdAt.toISOString(),
  document: record.document,
});

export const toPolicyTestReportDto = ({ against, revision, results }: PolicyTestReport): PolicyTestReportDto => ({
  passed: results.every(({ passed }) => passed !== false),
  against,
  policy_revision: revision,
  results: results.map(({ name, passed, expected, reason, decision }) => ({
    name,
    passed,
    expected,
    decision: decision.decision,
    reason,
    matched: decision.matched,
    winner: decision.winner,
    failing_terms: decision.failingTerms,
    obligations: [...decision.obligations],
    ...(decision.shadowDecision !== undefined && { shadow_decision: decision.shadowDecision }),
    errors: decision.errors,
  })),
});

/** Agents a notice names one by one; a change that concerns more is announced to all. */
const MAX_GLOBS = 50;

/** Globs of the agents a change concerns: those of the policy before and after it. */
export function concerned(...documents: (PolicyDocument | undefined)[]): string[] {
  const globs = new Set(documents.flatMap((document) => document?.spec.scope.agents ?? []));
  return globs.has('*') || globs.size > MAX_GLOBS ? ['*'] : [...globs].sort();
}
