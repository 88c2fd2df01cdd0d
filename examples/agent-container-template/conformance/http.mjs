/** Milliseconds an answer may take. */
const PATIENCE = 10_000;

/**
 * Calls one server. What does not answer in time, or not at all, is an answer with the status 0.
 * @returns `call(method, path, {body, text, patience})`, which answers `{status, type, body}`; `text` is sent as it is
 */
export const caller =
  (origin, token) =>
  async (method, path, { body, text, patience = PATIENCE } = {}) => {
    const sent = text ?? (body === undefined ? undefined : JSON.stringify(body));
    try {
      const response = await fetch(new URL(path, origin), {
        method,
        headers: {
          ...(token && { authorization: `Bearer ${token}` }),
          ...(sent !== undefined && { 'content-type': 'application/json' }),
        },
        body: sent,
        signal: AbortSignal.timeout(patience),
      });
      return answerOf(response.status, response.headers.get('content-type') ?? '', await response.text());
    } catch (error) {
      return { status: 0, type: '', body: String(error.cause?.message ?? error.message) };
    }
  };

function answerOf(status, type, text) {
  try {
    return { status, type, body: JSON.parse(text) };
  } catch {
    return { status, type, body: text };
  }
}

/** An answer in a few words. */
export const inWords = ({ status, body }) =>
  status === 0
    ? `no answer (${body})`
    : `${status} ${(typeof body === 'string' ? body : JSON.stringify(body)).slice(0, 160)}`;

/** Asks again and again until `look` gives something other than undefined, at most for `milliseconds`. */
export async function within(milliseconds, look, pause = 100) {
  for (const deadline = Date.now() + milliseconds; ;) {
    const found = await look();
    if (found !== undefined || Date.now() >= deadline) return found;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
