import { Failure } from '../setup/failure.mjs';

const REQUEST_LIMIT = 10_000;

const inWords = (status, text) => {
  try {
    const { detail, title, hint } = JSON.parse(text);
    return `${status}: ${detail ?? title ?? text}${hint ? ` (${hint})` : ''}`;
  } catch {
    return `${status}: ${text.slice(0, 200)}`;
  }
};

/** The public API, as an administrator uses it. */
export class PlatformApi {
  #origin;
  #token;
  #policies = new Set();
  #inFlight = new Set();
  #isClosed = false;

  /** @param platform what dev.json says of it */
  constructor({ gateway_url: origin, tokens, admin_token: adminToken }) {
    this.#origin = origin;
    this.#token = tokens?.admin ?? adminToken;
  }

  /** @throws Failure for everything but `expected` */
  async call(method, path, { body, expected = 200 } = {}) {
    const { status, text } = await this.#send(method, path, body);
    if (status !== expected) throw new Failure(`${method} ${path} was answered with ${inWords(status, text)}`);
    return text === '' ? undefined : JSON.parse(text);
  }

  /** @returns undefined for 404 */
  async find(path) {
    const { status, text } = await this.#send('GET', path);
    if (status === 404) return undefined;
    if (status !== 200) throw new Failure(`GET ${path} was answered with ${inWords(status, text)}`);
    return JSON.parse(text);
  }

  /** Creates a policy that is gone when the demo is. */
  async addPolicy(id, name, spec) {
    const document = { apiVersion: 'agion/v1', kind: 'Policy', metadata: { id, name }, spec };
    this.#policies.add(id);
    return this.call('POST', '/api/v1/policies', { body: document, expected: 201 });
  }

  /** Takes no more calls, and removes the policies, also one that is being made this moment. */
  async close() {
    this.#isClosed = true;
    await Promise.allSettled(this.#inFlight);
    for (const id of this.#policies) {
      this.#policies.delete(id);
      await this.#request('DELETE', `/api/v1/policies/${id}`);
    }
  }

  async #send(method, path, body) {
    if (this.#isClosed) throw new Failure('the demo is over');
    const answer = this.#request(method, path, body);
    this.#inFlight.add(answer);
    try {
      return await answer;
    } finally {
      this.#inFlight.delete(answer);
    }
  }

  async #request(method, path, body) {
    try {
      const response = await fetch(this.#origin + path, {
        method,
        headers: {
          authorization: `Bearer ${this.#token}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: AbortSignal.timeout(REQUEST_LIMIT),
      });
      return { status: response.status, text: await response.text() };
    } catch (error) {
      throw new Failure(`${method} ${path} was not answered: ${error.cause?.message ?? error.message}`);
    }
  }
}
