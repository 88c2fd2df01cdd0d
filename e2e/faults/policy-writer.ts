import { eventually } from '@agion/testing';
import { expect } from '@jest/globals';
import type { Answer } from '../platform.js';
import { aPolicy } from '../policies.js';
import type { EventScene } from './event-scene.js';

/** An administrator who writes policies while something is broken, and holds afterwards what was answered against what is kept. */
export class PolicyWriter {
  private readonly created: string[] = [];
  private readonly refused: string[] = [];

  constructor(
    private readonly scene: EventScene,
    private readonly token: string,
    private readonly prefix: string,
  ) {}

  /** Writes another policy. @throws when the answer is neither that it is there, nor a problem that says to come back */
  async create(): Promise<Answer> {
    const id = `${this.prefix}_${this.created.length + this.refused.length}`;
    const body = aPolicy({ id, effect: 'allow', agents: ['crew:*'], actions: ['*'] });
    const answer = await this.call('POST', '', body);
    if (answer.status === 201) this.created.push(id);
    else {
      this.refused.push(id);
      expect(answer).toMatchObject({ status: 503, body: { type: '/problems/unavailable', status: 503 } });
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    return answer;
  }

  /** What was created is there with one fact in the trail each, in order and without a gap in revisions; what was refused left nothing. */
  async expectWholeTrail(): Promise<void> {
    for (const id of this.refused) expect((await this.call('GET', `/${id}`)).status).toBe(404);
    for (const id of this.created) expect((await this.call('GET', `/${id}`)).body).toMatchObject({ version: 1 });
    const facts = await eventually(async () => {
      const query = '/api/v1/audit?type=policy.created&limit=200';
      const { body } = await this.scene.platform.call('GET', query, { token: this.token });
      const own = (body.items as Fact[]).filter(({ subject }) => subject.id.startsWith(`${this.prefix}_`)).toReversed();
      expect(own.map(({ subject }) => subject.id)).toEqual(this.created);
      return own;
    });
    const revisions = facts.map(({ details }) => Number(details.revision));
    expect(revisions).toEqual(revisions.map((_, index) => (revisions[0] ?? 0) + index));
    expect(this.refused.length).toBeGreaterThan(0); // or the fault was none
  }

  private call(method: string, path: string, body?: unknown): Promise<Answer> {
    const options = { token: this.token, ...(body !== undefined && { body }) };
    return this.scene.platform.call(method, `/api/v1/policies${path}`, options);
  }
}

interface Fact {
  readonly subject: { readonly id: string };
  readonly details: { readonly revision?: number };
}
