import type { PolicyEffect } from './policy.js';

/** What policies in the scope of a request came to. */
export interface Outcome {
  /** Some deny policy matches, or some policy that has to could not be evaluated. */
  denied: boolean;
  /** Some allow policy matches. */
  allowed: boolean;
}

/** A deny beats an allow, an allow beats the default. */
export function combine({ denied, allowed }: Outcome, defaultEffect: PolicyEffect): PolicyEffect {
  if (denied) return 'deny';
  return allowed ? 'allow' : defaultEffect;
}

/**
 * What a policy counts as, null when it does not match. One that could not be evaluated counts as a denial when it denies, and when it
 * has obligations, which nobody could say have to be kept or not; an allow without any does not match.
 */
export function countsAs(
  { effect, isBound }: { readonly effect: PolicyEffect; readonly isBound: boolean },
  result: boolean | string,
): PolicyEffect | null {
  if (typeof result === 'string') return effect === 'deny' || isBound ? 'deny' : null;
  return result ? effect : null;
}
