import type { PolicyEffect } from './policy.js';

/** What policies in the scope of a request came to. */
export interface Outcome {
  /** Some deny policy matches, or could not be evaluated. */
  denied: boolean;
  /** Some allow policy matches. */
  allowed: boolean;
}

/** A deny beats an allow, an allow beats the default. */
export function combine({ denied, allowed }: Outcome, defaultEffect: PolicyEffect): PolicyEffect {
  if (denied) return 'deny';
  return allowed ? 'allow' : defaultEffect;
}

/** Whether a policy counts as matching: one that could not be evaluated counts when it denies, and does not when it allows. */
export function counts(effect: PolicyEffect, result: boolean | string): boolean {
  return effect === 'deny' ? result !== false : result === true;
}
