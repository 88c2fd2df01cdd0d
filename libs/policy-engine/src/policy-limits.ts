/** Most and longest of what is in a document: what its check refuses, and its JSON Schema says. Lengths are in characters. */
export const POLICY_LIMITS = {
  name: 200,
  labels: 32,
  label: 200,
  priority: 1_000,
  message: 500,
  /** Of one list of a scope, the longest of them, and the `*` in it. */
  patterns: 50,
  pattern: 256,
  stars: 5,
  tests: 100,
  /** Name of a test. */
  testName: 200,
  /** Id and role of the user of a test. */
  userText: 200,
} as const;

/** Of a policy that says none. */
export const USUAL_PRIORITY = 500;
