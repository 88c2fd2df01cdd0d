/** What was offered as policies is not what the platform has signed, or cannot be used. What is in force stays in force. */
export class PoliciesRejectedError extends Error {
  override readonly name = 'PoliciesRejectedError';
}
