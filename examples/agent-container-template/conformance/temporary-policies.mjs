import { inWords } from './http.mjs';

const MESSAGE = 'the conformance check denies this for a moment';

const policy = (id, agents, effect, message) => ({
  apiVersion: 'agion/v1',
  kind: 'Policy',
  metadata: { id, name: id },
  spec: { effect, scope: { agents, actions: ['*'] }, message },
});

/** Policies that are there for the time of a check. */
export class TemporaryPolicies {
  #created = new Set();
  #platform;
  #name;

  /** @param name what their ids begin with */
  constructor(platform, name) {
    this.#platform = platform;
    this.#name = name;
  }

  allow(agents) {
    return this.#create(policy(`${this.#name}-allow`, agents, 'allow', 'the conformance check allows this'));
  }

  /** @returns the reason a denied agent is told */
  async deny(agents) {
    await this.#create(policy(`${this.#name}-deny`, agents, 'deny', MESSAGE));
    return MESSAGE;
  }

  allowAgain() {
    return this.#remove(`${this.#name}-deny`);
  }

  async removeAll() {
    for (const id of this.#created) await this.#remove(id);
  }

  async #create(document) {
    const answer = await this.#platform('POST', '/api/v1/policies', { body: document });
    if (answer.status !== 201)
      throw new Error(`the policies of the check cannot be made, is the token an admin’s? ${inWords(answer)}`);
    this.#created.add(document.metadata.id);
  }

  async #remove(id) {
    const answer = await this.#platform('DELETE', `/api/v1/policies/${id}`);
    if (answer.status >= 300 || answer.status === 0)
      throw new Error(`the policy \`${id}\` of the check cannot be removed: ${inWords(answer)}`);
    this.#created.delete(id);
  }
}
