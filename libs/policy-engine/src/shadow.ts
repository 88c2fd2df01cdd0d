import { combine, countsAs, type Outcome } from './combine.js';
import type { CompiledPolicy } from './compile.js';
import type { MatchedPolicy, PolicyDecision, PolicyError } from './decision.js';
import { type Asked, denialOf, isInScope, resultOf } from './matching.js';
import type { PolicyEffect } from './policy.js';

/** What shadow policies add to a decision. Nothing of it is to be obeyed. */
export type Shadow = Pick<PolicyDecision, 'shadowDecision' | 'shadowMatched' | 'shadowErrors'>;

/** What shadow policies would have made of a request together with those that are enforced. Never throws. */
export function shadowOf(
  shadows: readonly CompiledPolicy[],
  asked: Asked,
  { outcome, defaultEffect }: { outcome: Outcome; defaultEffect: PolicyEffect },
): Shadow {
  try {
    const matched: MatchedPolicy[] = [];
    const errors: PolicyError[] = [];
    let { denied, allowed } = outcome;
    for (const policy of shadows) {
      if (!isInScope(policy, asked.resource)) continue;
      const result = resultOf(policy, asked.attributes);
      if (typeof result === 'string') errors.push({ policy: policy.id, detail: result });
      const as = countsAs(policy, result);
      if (as === null) continue;
      matched.push(as === policy.effect ? policy.matched : denialOf(policy));
      if (as === 'deny') denied = true;
      else allowed = true;
    }
    const would = combine({ denied, allowed }, defaultEffect);
    return {
      ...(would !== combine(outcome, defaultEffect) && { shadowDecision: would }),
      ...(matched.length > 0 && { shadowMatched: matched }),
      ...(errors.length > 0 && { shadowErrors: errors }),
    };
  } catch {
    return {};
  }
}
